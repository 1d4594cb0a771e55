// What an owner asks of certificates, followed as a job: plain values between the admin API and the worker.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::acme {

struct Upload;  // acme/upload.h

struct Task {
    enum class What : unsigned char {
        kRenew,   // what is due, or by force
        kTry,     // an order at the CA's staging directory, of which nothing is kept
        kRevoke,  // and serve the next rung; nothing is ordered before a renewal by force or another configuration
        kDelete,  // the files; the CA is not told
        kUpload,  // serve what its owner brings, until it is due for renewal
    };
    What what = What::kRenew;
    std::vector<std::string> names;  // of certificates; none: all (of kRenew and kTry alone)
    bool force = false;              // of kRenew: even when it is not due
    int reason = 0;                  // of kRevoke: RFC 5280 section 5.3.1
    bool remove = false;             // of kRevoke: delete it then
    std::shared_ptr<const Upload> upload{};  // of kUpload, never null there
};

// The reasons that a subscriber may give, by their names in RFC 5280, case ignored.
std::vector<std::string_view> revocation_reasons();
std::optional<int> revocation_reason(std::string_view name);

}  // namespace postern::acme
