// The probes that hang, and who came to see them: written by loop threads, read by the admin's and by `check`. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/admin/probe.h"
#include "server/base/random.h"
#include "server/base/result.h"
#include "server/http/handler.h"

namespace postern {

class ProbeBook {
public:
    ProbeBook(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

    // Its token is short and without look-alikes, for a person to type. kRetry when limits::kProbes hang already.
    Result<admin::Probe> open(Seconds life);
    // The page, if one of that name hangs; the visit is noted, limits::kProbeVisits of them.
    std::optional<std::string> visit(std::string_view token, const http::Context& context);
    Result<std::vector<admin::Visit>> visits(const std::string& token) const;  // oldest first; kAdmin: no such probe
    void close(const std::string& token);

private:
    struct Entry {
        std::string page;
        SteadyTime end;
        std::vector<admin::Visit> visits;
    };
    std::string letters(std::size_t count);

    const Clock& clock_;
    Random& random_;
    mutable std::mutex mutex_;
    std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace postern
