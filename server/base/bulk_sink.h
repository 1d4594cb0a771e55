// Where many lines go at once: the access log's file, standard error or syslog. Unlike a LogSink it is given whole buffers.
// None of these waits: what does not go at once is lost, and the caller keeps the count.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/line_ring.h"
#include "server/base/log_file.h"
#include "server/base/result.h"

namespace postern {

class BulkSink {
public:
    virtual ~BulkSink() = default;
    // Whole lines, each with its newline. Returns how many bytes went, from the front.
    virtual std::size_t write(std::string_view lines) = 0;
};

// One write(2) each. Before the file would grow beyond `most` bytes (0: it may) it becomes PATH.1, in place of the one before, and
// begins anew; where the folder is not ours to write, and so it cannot be renamed, it begins anew all the same.
Result<std::unique_ptr<BulkSink>> bulk_file_sink(const std::string& path, std::optional<FileOwner> owner = {}, std::uint64_t most = 0);
std::unique_ptr<BulkSink> bulk_stderr_sink();
std::unique_ptr<BulkSink> bulk_ring_sink(std::shared_ptr<LineRing> ring);  // takes all
std::unique_ptr<BulkSink> bulk_syslog_sink(const std::string& socket_path = "/dev/log");  // a datagram a line

}  // namespace postern
