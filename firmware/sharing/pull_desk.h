// Gives certificates to those who come for them, each with the token of his [deploy NAME] (pull_token): for a device that
// nobody can reach. What was given stands in the status; it is not remembered over a restart, for who comes again says so.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acme/status.h"
#include "firmware/config/sharing_config.h"
#include "firmware/sharing/delivery_view.h"
#include "server/base/clock.h"
#include "server/base/files.h"
#include "server/base/log.h"
#include "server/base/published.h"

namespace postern::sharing {

struct PullOrder {
    std::string receiver, certificate;  // NAME of [deploy NAME]; a folder below live/
    std::string_view token;             // as the program brought it; empty: none
    std::string_view peer;              // IP address in text
};

struct Pulled {
    enum class Outcome : unsigned char {
        kGiven,
        kRefused,  // no such receiver, or not his token: one is not told from the other
        kUnknown,  // that certificate is not for him
        kNotYet,   // no CA has signed one, or it cannot be read: `text` says why
    };
    Outcome outcome = Outcome::kRefused;
    std::string text;  // kGiven: PEM, the private key before the chain
    std::string tag;   // kGiven: names these bytes
};

struct PullParts {
    const Clock& clock;
    FileSystem& files;
    Log& log;
    const Published<acme::StatusSnapshot>& status;
    std::string state;  // archive/ is in it
};

// Any thread. Reads two small files for what it gives.
class PullDesk {
public:
    explicit PullDesk(PullParts parts) : parts_(std::move(parts)) {}

    void set(std::vector<config::DeploySection> receivers);  // those without a token come for nothing
    Pulled pull(const PullOrder& order);
    std::vector<DeliveryView> views() const;  // in the order of the INI

private:
    struct Given {
        std::string fingerprint;
        WallTime at;
    };

    std::optional<Pulled> refuse(const PullOrder& order);
    bool is_let_in(const PullOrder& order) const;
    void tell_refusal(const PullOrder& order);
    Pulled read(const std::string& name, const acme::CertStatus& certificate) const;
    void note(const PullOrder& order, const std::string& fingerprint);

    PullParts parts_;
    mutable std::mutex mutex_;  // of all below; files are read without it
    std::vector<config::DeploySection> receivers_;
    std::map<std::pair<std::string, std::string>, Given> given_;  // by receiver and certificate
    SteadyTime refusals_told_{};
    long long refusals_ = 0;  // since then
};

}  // namespace postern::sharing
