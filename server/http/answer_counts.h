// How many answers were given, by site and status: for who watches the server. Counted on the warm path without a lock or an
// allocation, read by any thread. The session counts; a handler says whose answer it was (Response::counts).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "server/http/status.h"

namespace postern::http {

using ByStatus = std::map<std::uint16_t, std::uint64_t>;  // 0: all statuses that we do not know

class AnswerCounts {
public:
    void count(std::uint16_t status) { counted_[status_place(status)].fetch_add(1, std::memory_order_relaxed); }
    void add_to(ByStatus& totals) const;  // those that are not 0

private:
    std::array<std::atomic<std::uint64_t>, kStatuses + 1> counted_{};  // the last one: of unknown statuses
};

// The counts of all sites, by site and loop, so that loops do not wait for each other's cache lines. They stay as long as the
// book, for a site that a reload takes away may come again.
class AnswerBook {
public:
    static constexpr const char* kNobody = "none";    // answers of no site: challenges, refusals, unknown hosts
    static constexpr std::size_t kMostSites = 1024;   // that were ever configured; those after them are counted as nobody's

    // The same one for the same arguments. Any thread; locks, so not for a request.
    AnswerCounts& of(const std::string& site, std::size_t loop);
    std::map<std::string, ByStatus> totals() const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::map<std::size_t, std::unique_ptr<AnswerCounts>>> sites_;
};

}  // namespace postern::http
