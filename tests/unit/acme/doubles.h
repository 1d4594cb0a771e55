// Stand-ins for what the keeper waits on, tries pairs with and publishes to.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "acme/lineage.h"
#include "acme/pauser.h"
#include "acme/ports.h"
#include "tests/fakes/fake_clock.h"

namespace postern::acme {

// Waiting is free: the clock jumps.
class JumpingPauser final : public Pauser {
public:
    explicit JumpingPauser(fakes::FakeClock& clock) : clock_(clock) {}
    bool sleep_until(SteadyTime then) override {
        const Millis left = then - clock_.steady();
        if (left.count() > 0) {
            clock_.advance(left);
            slept += left;
        }
        return !stopped_;
    }
    bool idle_until(SteadyTime then) override { return sleep_until(then); }
    void wake() override {}
    void stop() override { stopped_ = true; }
    Millis slept{0};

private:
    fakes::FakeClock& clock_;
    bool stopped_ = false;
};

class Probe final : public PairProbe {
public:
    Result<void> try_pair(std::shared_ptr<const crypto::CertBundle>, const std::string&) override {
        if (fails) return Error::refuse("no handshake");
        return {};
    }
    bool fails = false;
};

class Publisher final : public CertPublisher {
public:
    void publish(const std::string& name, const std::vector<std::string>&, Pair pair) override {
        served[name] = std::move(pair);
        ++count;
    }
    void withdraw(const std::string& name) override { served.erase(name); }
    std::map<std::string, Pair> served;
    int count = 0;
};

}  // namespace postern::acme
