#include "acme/job_book.h"

namespace postern::acme {

Result<std::string> JobBook::ask(Task task) {
    std::lock_guard<std::mutex> hold(mutex_);
    if (queue_.size() >= kQueued) return Error::retry("too many renewals asked for at once; wait for them to end");
    Request request{std::to_string(++last_), std::move(task)};
    JobView view;
    view.id = request.id;
    jobs_.push_back(std::move(view));
    if (jobs_.size() > kRemembered) jobs_.pop_front();
    queue_.push_back(request);
    return std::move(request.id);
}

std::optional<JobBook::Request> JobBook::take() {
    std::lock_guard<std::mutex> hold(mutex_);
    if (queue_.empty()) return std::nullopt;
    Request request = std::move(queue_.front());
    queue_.pop_front();
    current_ = request.id;
    return request;
}

void JobBook::step(WallTime at, const std::string& certificate, const std::string& text) {
    std::lock_guard<std::mutex> hold(mutex_);
    JobView* job = find(current_);
    if (job == nullptr) return tell({{}, false, false, false, {{at, certificate, text}}}, true);  // nobody asked: it was due
    if (job->steps.size() >= kSteps) return;
    job->steps.push_back({at, certificate, text});
    tell(*job, true);
}

void JobBook::end(bool ok, bool changed) {
    std::lock_guard<std::mutex> hold(mutex_);
    if (JobView* job = find(current_)) {
        job->done = true;
        job->ok = ok;
        job->changed = changed;
        tell(*job, false);
    }
    current_.clear();
}

void JobBook::abandon() {
    std::lock_guard<std::mutex> hold(mutex_);
    queue_.clear();
    for (JobView& job : jobs_) job.done = true;
}

Result<JobView> JobBook::view(const std::string& id) const {
    std::lock_guard<std::mutex> hold(mutex_);
    for (const JobView& job : jobs_)
        if (job.id == id) return job;
    return Error::admin("no job " + id + "; only the last " + std::to_string(kRemembered) + " are remembered");
}

void JobBook::tell(const JobView& job, bool with_step) const {
    if (!watcher_) return;
    JobView told{job.id, job.done, job.ok, job.changed, {}};
    if (with_step) told.steps.push_back(job.steps.back());
    watcher_(told);
}

JobView* JobBook::find(const std::string& id) {
    for (JobView& job : jobs_)
        if (job.id == id) return &job;
    return nullptr;
}

}  // namespace postern::acme
