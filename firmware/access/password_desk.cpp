#include "firmware/access/password_desk.h"

namespace postern::access {

PasswordDesk::~PasswordDesk() { stop(); }

void PasswordDesk::start() {
    if (thread_.joinable() || stop_) return;
    thread_ = Thread::start_or_end([this] {
        while (auto job = take()) serve(*job);
    });
}

void PasswordDesk::stop() {
    {
        std::lock_guard<std::mutex> hold(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
    while (auto job = take()) serve(*job);  // never started: whoever waits is told all the same
}

bool PasswordDesk::put(Job job) {
    {
        std::lock_guard<std::mutex> hold(mutex_);
        if (stop_ || waiting_.size() >= kMostWaiting) return false;
        waiting_.push_back(std::move(job));
    }
    changed_.notify_one();
    return true;
}

bool PasswordDesk::verify(Secret password, PasswordHash hash, std::function<void(Match)> done) {
    return put({std::move(password), std::move(hash), std::move(done), {}});
}

bool PasswordDesk::make(Secret password, std::function<void(std::optional<PasswordHash>)> done) {
    return put({std::move(password), std::nullopt, {}, std::move(done)});
}

// Nothing when the desk is stopped and all have been told.
std::optional<PasswordDesk::Job> PasswordDesk::take() {
    std::unique_lock<std::mutex> hold(mutex_);
    changed_.wait(hold, [&] { return stop_ || !waiting_.empty(); });
    if (waiting_.empty()) return std::nullopt;
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    return job;
}

void PasswordDesk::serve(Job& job) {
    if (job.hash) return verify_now(job);
    job.made(make_now(job.password));
}

void PasswordDesk::verify_now(Job& job) {
    const Match match = job.hash->verify(job.password.view(), &stop_);
    job.verified(match);
    if (match != Match::kRight || !parts_.rehashed) return;
    if (own_rounds_ != 0 && !job.hash->needs_rehash(own_rounds_)) return;
    const auto fresh = make_now(job.password);
    if (fresh && job.hash->needs_rehash(fresh->rounds())) parts_.rehashed(*job.hash, *fresh);
}

std::optional<PasswordHash> PasswordDesk::make_now(const Secret& password) {
    if (own_rounds_ == 0) {
        const std::uint32_t rounds = calibrate(parts_.clock, &stop_);
        if (stop_) return std::nullopt;
        own_rounds_ = rounds;
        parts_.log.info("access.calibrated", {{"rounds", static_cast<unsigned long>(rounds)}});
    }
    return PasswordHash::make(password.view(), own_rounds_, parts_.random, &stop_);
}

}  // namespace postern::access
