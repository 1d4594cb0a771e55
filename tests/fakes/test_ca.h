// A certificate authority for tests: a root, an intermediate, and leaves with whatever a test wants wrong about them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/base/clock.h"
#include "server/crypto/keys.h"

namespace postern::fakes {

// What a leaf is to say. The dates are around FakeClock's start.
struct LeafSpec {
    std::vector<std::string> names;
    WallTime not_before{std::chrono::duration<long long>(1795219200 - 3600)};
    WallTime not_after{std::chrono::duration<long long>(1795219200 + 90 * 86400)};
    bool ca = false;
    std::string subject;               // "CN=..."; empty as with Let's Encrypt's newer profiles
    std::string policy;                // DER of the policy's OID, without tag and length
    bool clients_only = false;         // its extended key usage is clientAuth
    bool unknown_critical = false;     // carries a critical extension that nobody knows
};

// All PEM. Any failure ends the test program: it would be a mistake in the test.
class TestCa {
public:
    explicit TestCa(const std::string& name = "Test");
    ~TestCa();
    TestCa(const TestCa&) = delete;
    TestCa& operator=(const TestCa&) = delete;

    std::string leaf(const crypto::PrivateKey& key, const LeafSpec& spec) const;
    std::string leaf_for(const std::string& csr_der, const LeafSpec& spec) const;  // the key is the request's
    const std::string& intermediate() const;
    const std::string& root() const;
    // leaf, then intermediate: what a CA hands out
    std::string fullchain(const crypto::PrivateKey& key, const LeafSpec& spec) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace postern::fakes
