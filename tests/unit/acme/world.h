// Everything a Keeper stands on, in memory: clock, disk, CA, board, publisher. Copy the disk and make a new World with it to
// see what a restart finds.
#pragma once

#include <doctest.h>

#include <map>
#include <string>
#include <vector>

#include "acme/keeper.h"
#include "acme/worker.h"
#include "server/crypto/init.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_files.h"
#include "tests/fakes/fixed_random.h"
#include "tests/fakes/log_lines.h"
#include "tests/fakes/scripted_ca.h"
#include "tests/unit/acme/doubles.h"

namespace postern::acme {

// An account key made once: keys cost time.
inline const std::string& account_key_pem() {
    static const std::string pem = [] {
        REQUIRE(crypto::init().ok());
        auto key = crypto::PrivateKey::generate(crypto::KeyType::kEc256);
        REQUIRE(key.ok());
        return std::string(key->to_pem()->view());
    }();
    return pem;
}

inline WantedCert wanted_cert(const std::string& name = "a.example", std::vector<std::string> names = {}) {
    WantedCert wanted;
    wanted.name = name;
    wanted.names = names.empty() ? std::vector<std::string>{name} : std::move(names);
    wanted.ca = {"lab", fakes::ScriptedCa::kDirectory, "", "owner@example.com", true, {}, {}};
    return wanted;
}

struct World {
    explicit World(fakes::FakeFiles disk = {}, bool with_account_key = true) : files(std::move(disk)) {
        if (with_account_key && !files.exists("/state/accounts/lab/account.key").value())
            files.put("/state/accounts/lab/account.key", account_key_pem());
    }

    Keeper& start(std::vector<WantedCert> wanted = {wanted_cert()}) {
        keeper.emplace(parts, pauser, [this](const std::string& name, const std::string& text) {
            steps.push_back(name + ": " + text);
        });
        auto prepared = keeper->prepare(std::move(wanted));
        REQUIRE_MESSAGE(prepared.ok(), prepared.error().text());
        return *keeper;
    }
    // Goes round once and gives what the status then says of the only certificate.
    CertStatus round() {
        keeper->run_due();
        return only();
    }
    CertStatus only() const {
        REQUIRE(status.get()->certificates.size() == 1);
        return status.get()->certificates.front();
    }
    long long until_next() const { return (only().next_attempt.value_or(WallTime{}) - clock.wall()).count(); }
    bool told(std::string_view piece) const {
        for (const std::string& step : steps)
            if (step.find(piece) != std::string::npos) return true;
        return false;
    }

    fakes::FakeClock clock;
    fakes::FakeFiles files;
    fakes::FixedRandom random;
    fakes::LogLines lines;
    Log log{clock, lines.sink(), LogLevel::kDebug};
    fakes::Board board;
    fakes::ScriptedCa ca{clock, board};
    Probe probe;
    Publisher publisher;
    Published<StatusSnapshot> status;
    JumpingPauser pauser{clock};
    WorkerParts parts{clock, files, random, log, board, probe, publisher, status,
                      [this](const CaSettings&) { return std::make_unique<fakes::ScriptedTransport>(ca, clock); },
                      "/state", FileSystem::kKeepGroup, nullptr};
    std::vector<std::string> steps;
    std::optional<Keeper> keeper;
};

}  // namespace postern::acme
