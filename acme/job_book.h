// The renewals that somebody asked for and follows: written by the worker's thread, read by others. Thread-safe.
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "acme/worker.h"

namespace postern::acme {

class JobBook {
public:
    static constexpr std::size_t kRemembered = 16;
    static constexpr std::size_t kQueued = 8;   // more at once are refused
    static constexpr std::size_t kSteps = 200;  // of one job: a run has under twenty a certificate

    struct Request {
        std::string id;
        Task task;
    };

    Result<std::string> ask(Task task);
    std::optional<Request> take();  // its job is the current one until end()
    void step(WallTime at, const std::string& certificate, const std::string& text);  // of the current job, if any
    void end(bool ok, bool changed);
    void abandon();  // the worker stops: whoever waits is told
    Result<JobView> view(const std::string& id) const;

private:
    JobView* find(const std::string& id);

    mutable std::mutex mutex_;
    std::deque<JobView> jobs_;
    std::deque<Request> queue_;
    std::string current_;
    unsigned long long last_ = 0;
};

}  // namespace postern::acme
