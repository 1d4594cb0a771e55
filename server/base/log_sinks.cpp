// The sinks of log.h. None of them may block a loop thread or end the process: a line that cannot be written at once is
// counted, and the count is written as soon as lines go through again.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "server/base/log.h"
#include "server/base/text.h"
#include "server/base/unique_fd.h"

namespace postern {

namespace {

// Writes whole lines to a descriptor and keeps the books of lost ones.
class LineWriter {
public:
    // `line` begins with its time, which the note about lost lines borrows.
    void write(int fd, std::string_view line) {
        std::string text = torn_ ? "\n" : "";  // ends the piece that a full disk left of an earlier line
        if (lost_ > 0) {
            text += line.substr(0, line.find(' '));
            text += " warn log.lost lines=" + std::to_string(lost_) + "\n";
        }
        text += line;
        text += '\n';
        const ssize_t wrote = send_now(fd, text);
        if (wrote == static_cast<ssize_t>(text.size())) {
            lost_ = 0;
            torn_ = false;
            return;
        }
        ++lost_;
        if (wrote > 0) torn_ = text[static_cast<std::size_t>(wrote) - 1] != '\n';
    }

private:
    static ssize_t send_now(int fd, std::string_view text) {
        // Under systemd standard error is a socket; there, a reader that went away must not raise SIGPIPE.
        const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0 || errno != ENOTSOCK) return sent;
        // A pipe that polls writable takes PIPE_BUF bytes, which is more than a line: the write does not wait. One
        // without a reader polls POLLERR. (The process ignores SIGPIPE; this narrows the window for those who do not.)
        pollfd ready{fd, POLLOUT, 0};
        if (::poll(&ready, 1, 0) != 1 || (ready.revents & (POLLERR | POLLNVAL)) != 0) return -1;
        const ssize_t wrote = ::write(fd, text.data(), text.size());
        return wrote < 0 && errno == EINTR ? ::write(fd, text.data(), text.size()) : wrote;
    }

    unsigned long long lost_ = 0;
    bool torn_ = false;
};

class StderrSink final : public LogSink {
public:
    void write_line(LogLevel, std::string_view line) override { writer_.write(STDERR_FILENO, line); }

private:
    LineWriter writer_;
};

class FileSink final : public LogSink {
public:
    explicit FileSink(UniqueFd fd) : fd_(std::move(fd)) {}
    void write_line(LogLevel, std::string_view line) override { writer_.write(fd_.get(), line); }

private:
    UniqueFd fd_;
    LineWriter writer_;
};

// RFC 3164 without a time of ours: the daemon stamps the line in the zone it writes in.
class SyslogSink final : public LogSink {
public:
    explicit SyslogSink(std::string path) : path_(std::move(path)) { connect(); }

    void write_line(LogLevel level, std::string_view line) override {
        constexpr int kDaemon = 3 << 3;
        constexpr int kSeverity[] = {3, 4, 6, 7};
        // "TIME LEVEL " is the daemon's to say.
        for (int word = 0; word < 2; ++word) line.remove_prefix(std::min(line.find(' '), line.size() - 1) + 1);
        const std::string head = "<" + std::to_string(kDaemon | kSeverity[static_cast<std::size_t>(level)]) +
                                 ">postern[" + std::to_string(::getpid()) + "]: ";
        if (lost_ > 0 && send(head + "log.lost lines=" + std::to_string(lost_))) lost_ = 0;
        if (!send(head + std::string(line))) ++lost_;
    }

private:
    void connect() {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (path_.size() >= sizeof address.sun_path) return;
        std::memcpy(address.sun_path, path_.data(), path_.size());
        fd_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (fd_ && ::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fd_.reset();
    }

    bool send(const std::string& message) {
        for (int attempt = 0; attempt < 2; ++attempt) {
            if (!fd_) connect();
            if (!fd_) return false;
            if (::send(fd_.get(), message.data(), message.size(), MSG_NOSIGNAL) >= 0) return true;
            if (errno == EAGAIN || errno == EINTR) return false;
            fd_.reset();  // the daemon was restarted: its old socket answers no more
        }
        return false;
    }

    std::string path_;
    UniqueFd fd_;
    unsigned long long lost_ = 0;
};

}  // namespace

std::unique_ptr<LogSink> stderr_sink() {
    return std::make_unique<StderrSink>();
}

Result<std::unique_ptr<LogSink>> file_sink(const std::string& path, std::optional<FileOwner> owner) {
    TRY(UniqueFd fd, open_log_file(path, owner));
    return std::unique_ptr<LogSink>(std::make_unique<FileSink>(std::move(fd)));
}

std::unique_ptr<LogSink> syslog_sink(const std::string& socket_path) {
    return std::make_unique<SyslogSink>(socket_path);
}

}  // namespace postern
