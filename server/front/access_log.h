// The access log of the loops: each fills a buffer of its own, which goes out in one write when it is full or a second old.
// Lines that cannot be written are lost, counted, and the loss is said once in the log. No request waits for it.
#pragma once

#include <memory>
#include <mutex>

#include "server/base/bulk_sink.h"
#include "server/base/log.h"
#include "server/http/access_line.h"

namespace postern::front {

// Shared by the loops.
class AccessLog {
public:
    AccessLog(Log& log, http::AccessFormat format, std::unique_ptr<BulkSink> sink)
        : log_(log), format_(format), sink_(std::move(sink)) {}

    http::AccessFormat format() const { return format_; }
    // Any thread. Whole lines; `lines` has a newline before it, for the end of a line that a full disk cut short.
    void write(std::string_view lines);
    void replace(std::unique_ptr<BulkSink> sink);  // any thread: the file was moved away

private:
    Log& log_;
    const http::AccessFormat format_;
    std::mutex mutex_;  // of all below; taken once a second, or when a buffer is full
    std::unique_ptr<BulkSink> sink_;
    std::size_t lost_ = 0;         // lines since it was last well
    bool torn_ = false;            // the file ends within a line
};

// One loop's; on its thread alone.
class AccessBuffer final : public http::AccessObserver {
public:
    explicit AccessBuffer(std::shared_ptr<AccessLog> log);
    void answered(const http::Answered& answered, const http::Context& context) override;

    Millis until_due(SteadyTime now) const;  // -1 while it is empty
    void flush_if_due(SteadyTime now);
    void flush();

private:
    std::shared_ptr<AccessLog> log_;
    std::unique_ptr<char[]> buffer_;
    std::size_t size_ = 0;
    SteadyTime since_{};  // of the oldest line
};

}  // namespace postern::front
