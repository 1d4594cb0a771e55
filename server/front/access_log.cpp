#include "server/front/access_log.h"

#include <algorithm>

#include "server/base/limits.h"

namespace postern::front {

void AccessLog::write(std::string_view lines) {
    std::lock_guard<std::mutex> hold(mutex_);
    const std::size_t begin = torn_ ? 1 : 0;  // of the first line
    if (!torn_) lines.remove_prefix(1);
    const std::size_t went = sink_->write(lines);
    if (went > 0) torn_ = lines[went - 1] != '\n';
    if (went == lines.size()) {
        if (lost_ > 0) log_.warn("access_log_works_again", {{"lost", lost_}});
        lost_ = 0;
        return;
    }
    if (lost_ == 0) log_.warn("access_log_loses_lines", {{"why", "the disk is full, or nobody reads"}});
    const std::string_view unsent = lines.substr(std::max(went, begin));
    lost_ += static_cast<std::size_t>(std::count(unsent.begin(), unsent.end(), '\n'));
}

void AccessLog::replace(std::unique_ptr<BulkSink> sink) {
    std::lock_guard<std::mutex> hold(mutex_);
    sink_.swap(sink);
    torn_ = false;
}

// The first byte is the newline that write() wants before the lines.
AccessBuffer::AccessBuffer(std::shared_ptr<AccessLog> log) : log_(std::move(log)), buffer_(new char[1 + limits::kAccessBuffer]) {
    buffer_[0] = '\n';
}

void AccessBuffer::answered(const http::Answered& answered, const http::Context& context) {
    if (size_ + http::kAccessLine > limits::kAccessBuffer) flush();
    if (size_ == 0) since_ = context.now;
    size_ += http::write_access_line(buffer_.get() + 1 + size_, log_->format(), answered, context);
}

Millis AccessBuffer::until_due(SteadyTime now) const {
    return size_ == 0 ? Millis(-1) : std::max(limits::kAccessDelay - (now - since_), Millis(0));
}

void AccessBuffer::flush_if_due(SteadyTime now) {
    if (size_ > 0 && now - since_ >= limits::kAccessDelay) flush();
}

void AccessBuffer::flush() {
    if (size_ == 0) return;
    log_->write({buffer_.get(), 1 + size_});
    size_ = 0;
}

}  // namespace postern::front
