#include "server/base/bulk_sink.h"

#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "server/base/log.h"

namespace postern {

namespace {

std::size_t sent(ssize_t bytes) { return bytes > 0 ? static_cast<std::size_t>(bytes) : 0; }

class FileSink final : public BulkSink {
public:
    FileSink(UniqueFd fd, std::string path, std::uint64_t most) : fd_(std::move(fd)), path_(std::move(path)), most_(most) { look(); }
    std::size_t write(std::string_view lines) override {
        if (most_ > 0 && regular_ && size_ > 0 && size_ + lines.size() > most_) begin_anew();
        const std::size_t went = sent(::write(fd_.get(), lines.data(), lines.size()));
        size_ += went;
        return went;
    }

private:
    void look() {
        struct stat info {};
        regular_ = ::fstat(fd_.get(), &info) == 0 && S_ISREG(info.st_mode);
        size_ = regular_ ? static_cast<std::uint64_t>(info.st_size) : 0;
    }

    // Only what still has the name may be renamed: somebody else may have moved it, and made another.
    bool is_there() const {
        struct stat named {}, open {};
        return ::lstat(path_.c_str(), &named) == 0 && ::fstat(fd_.get(), &open) == 0 && named.st_dev == open.st_dev && named.st_ino == open.st_ino;
    }

    // No line is lost unless there is no way to keep it: of ours, which cannot be renamed. What somebody else has put there stays.
    void begin_anew() {
        const bool stuck = is_there() && ::rename(path_.c_str(), (path_ + ".1").c_str()) != 0;
        if (stuck && ::ftruncate(fd_.get(), 0) != 0) most_ = 0;  // nor that: it grows
        if (Result<UniqueFd> fresh = open_log_file(path_); !stuck && fresh.ok()) fd_ = std::move(fresh).value();
        look();
    }

    UniqueFd fd_;
    std::string path_;
    std::uint64_t most_;
    std::uint64_t size_ = 0;
    bool regular_ = false;
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

Result<std::unique_ptr<BulkSink>> bulk_file_sink(const std::string& path, std::optional<FileOwner> owner, std::uint64_t most) {
    TRY(UniqueFd fd, open_log_file(path, owner));
    return std::unique_ptr<BulkSink>(std::make_unique<FileSink>(std::move(fd), path, most));
}

std::unique_ptr<BulkSink> bulk_ring_sink(std::shared_ptr<LineRing> ring) { return std::make_unique<RingSink>(std::move(ring)); }

std::unique_ptr<BulkSink> bulk_stderr_sink() { return std::make_unique<StderrSink>(); }

std::unique_ptr<BulkSink> bulk_syslog_sink(const std::string& socket_path) { return std::make_unique<SyslogSink>(socket_path); }

}  // namespace postern
