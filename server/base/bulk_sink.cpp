#include "server/base/bulk_sink.h"

#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "server/base/log.h"

namespace postern {

namespace {

std::size_t sent(ssize_t bytes) { return bytes > 0 ? static_cast<std::size_t>(bytes) : 0; }

class FileSink final : public BulkSink {
public:
    explicit FileSink(UniqueFd fd) : fd_(std::move(fd)) {}
    std::size_t write(std::string_view lines) override { return sent(::write(fd_.get(), lines.data(), lines.size())); }

private:
    UniqueFd fd_;
};

class RingSink final : public BulkSink {
public:
    explicit RingSink(std::shared_ptr<LineRing> ring) : ring_(std::move(ring)) {}
    std::size_t write(std::string_view lines) override {
        ring_->write(lines);
        return lines.size();
    }

private:
    std::shared_ptr<LineRing> ring_;
};

// It may be a terminal, a socket (systemd) or a pipe, and is not ours to make non-blocking: a pipe that polls writable
// takes PIPE_BUF bytes without waiting, no more.
class StderrSink final : public BulkSink {
public:
    std::size_t write(std::string_view lines) override {
        std::size_t done = 0;
        while (done < lines.size()) {
            const std::string_view rest = lines.substr(done);
            const std::string_view piece = rest.substr(0, rest.size() <= PIPE_BUF ? rest.size() : rest.rfind('\n', PIPE_BUF - 1) + 1);
            const std::size_t went = write_some(piece.empty() ? rest.substr(0, PIPE_BUF) : piece);
            done += went;
            if (went == 0 || went < piece.size()) break;
        }
        return done;
    }

private:
    static std::size_t write_some(std::string_view piece) {
        const ssize_t by_socket = ::send(STDERR_FILENO, piece.data(), piece.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (by_socket >= 0 || errno != ENOTSOCK) return sent(by_socket);
        pollfd ready{STDERR_FILENO, POLLOUT, 0};
        if (::poll(&ready, 1, 0) != 1 || (ready.revents & (POLLERR | POLLNVAL)) != 0) return 0;
        return sent(::write(STDERR_FILENO, piece.data(), piece.size()));
    }
};

// By the log's sink, which connects again and keeps its own count of what the daemon did not take.
class SyslogSink final : public BulkSink {
public:
    explicit SyslogSink(const std::string& socket_path) : sink_(syslog_sink(socket_path)) {}
    std::size_t write(std::string_view lines) override {
        for (std::string_view rest = lines; !rest.empty();) {
            const std::string_view line = rest.substr(0, rest.find('\n'));
            line_ = "- - ";  // in place of the time and the level, which the daemon's head says
            line_ += line;
            sink_->write_line(LogLevel::kInfo, line_);
            rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        }
        return lines.size();
    }

private:
    std::unique_ptr<LogSink> sink_;
    std::string line_;
};

}  // namespace

Result<std::unique_ptr<BulkSink>> bulk_file_sink(const std::string& path, std::optional<FileOwner> owner) {
    TRY(UniqueFd fd, open_log_file(path, owner));
    return std::unique_ptr<BulkSink>(std::make_unique<FileSink>(std::move(fd)));
}

std::unique_ptr<BulkSink> bulk_ring_sink(std::shared_ptr<LineRing> ring) { return std::make_unique<RingSink>(std::move(ring)); }

std::unique_ptr<BulkSink> bulk_stderr_sink() { return std::make_unique<StderrSink>(); }

std::unique_ptr<BulkSink> bulk_syslog_sink(const std::string& socket_path) { return std::make_unique<SyslogSink>(socket_path); }

}  // namespace postern
