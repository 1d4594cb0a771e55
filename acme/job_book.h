// The renewals that somebody asked for and follows: written by the worker's thread, read by others. Thread-safe.
#pragma once

#include <deque>
#include <functional>
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

    // Told of each step, and at the end: `job` with that step alone; without an id where nobody had asked. On the worker's thread; must be quick. Before the first job.
    void set_watcher(std::function<void(const JobView& job)> watcher) { watcher_ = std::move(watcher); }

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
    void tell(const JobView& job, bool with_step) const;

    mutable std::mutex mutex_;
    std::deque<JobView> jobs_;
    std::deque<Request> queue_;
    std::string current_;
    std::function<void(const JobView&)> watcher_;
    unsigned long long last_ = 0;
};

}  // namespace postern::acme
