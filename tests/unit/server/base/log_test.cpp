#include "server/base/log.h"

#include <doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "server/base/files.h"
#include "server/base/limits.h"
#include "server/base/text.h"
#include "server/base/unique_fd.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/log_lines.h"

using namespace postern;
using namespace std::string_view_literals;
using fakes::FakeClock;
using fakes::LogLines;

namespace {

// Standard error leads somewhere else for as long as this lives.
class StderrTo {
public:
    explicit StderrTo(int fd) : kept_(::dup(STDERR_FILENO)) { ::dup2(fd, STDERR_FILENO); }
    ~StderrTo() { ::dup2(kept_.get(), STDERR_FILENO); }
    StderrTo(const StderrTo&) = delete;
    StderrTo& operator=(const StderrTo&) = delete;

private:
    UniqueFd kept_;
};

std::string drain(int fd) {
    std::string text;
    char bytes[4096];
    pollfd ready{fd, POLLIN, 0};
    while (::poll(&ready, 1, 0) == 1) {
        const ssize_t got = ::read(fd, bytes, sizeof bytes);
        if (got <= 0) break;
        text.append(bytes, static_cast<std::size_t>(got));
    }
    return text;
}

std::string temp_path() {
    const char* base = std::getenv("TMPDIR");
    std::string path = std::string(base != nullptr ? base : "/tmp") + "/postern-log-XXXXXX";
    UniqueFd made(::mkstemp(path.data()));
    REQUIRE(made);
    return path;
}

}  // namespace

TEST_CASE("log: one event a line, values that cannot forge another") {
    FakeClock clock(1795223000);
    LogLines lines;
    Log log(clock, lines.sink(), LogLevel::kDebug);
    log.info("start");
    log.warn("cert.next", {{"name", "a.example"}, {"days", 7}, {"big", 5000000000L}, {"neg", -1}});
    log.error("peer.said", {{"text", "a b\r\n2026-11-21T00:00:00Z info forged\x1b[2J\"\\"}});
    log.debug("odd", {{"empty", ""}, {"equals", "a=b"}, {"utf8", "ü"}, {"nul", "a\0b"sv}, {"back", "a\\b"}});
    const std::vector<std::string> all = lines.all();
    REQUIRE(all.size() == 4);
    CHECK(all[0] == "2026-11-21T01:03:20Z info start");
    CHECK(all[1] == "2026-11-21T01:03:20Z warn cert.next name=a.example days=7 big=5000000000 neg=-1");
    CHECK(all[2] == "2026-11-21T01:03:20Z error peer.said "
                    "text=\"a b\\x0d\\x0a2026-11-21T00:00:00Z info forged\\x1b[2J\\\"\\\\\"");
    CHECK(all[3] == "2026-11-21T01:03:20Z debug odd empty=\"\" equals=\"a=b\" utf8=\"\\xc3\\xbc\" nul=\"a\\x00b\" "
                    "back=\"a\\\\b\"");
}

TEST_CASE("log: a line stays within its limit and whole") {
    FakeClock clock;
    LogLines lines;
    Log log(clock, lines.sink(), LogLevel::kInfo);
    log.info("long", {{"plain", std::string(5000, 'x')}, {"after", "y"}});
    log.info("long", {{"escapes", std::string(5000, '\n')}, {"after", 1}});
    for (const std::string& line : lines.all()) {
        CHECK(line.size() <= limits::kLogLine);
        CHECK(line.size() > limits::kLogLine - 16);
        CHECK(line.find("…") != std::string::npos);
        CHECK(line.find("after") == std::string::npos);
        CHECK(line.find('\n') == std::string::npos);
    }
    CHECK(has_suffix(lines.all()[1], "\\x0a…\""));
}

TEST_CASE("log: levels, ring, a new sink") {
    FakeClock clock;
    LogLines lines, later;
    Log log(clock, lines.sink(), LogLevel::kWarn);
    log.info("unseen");
    CHECK_FALSE(log.enabled(LogLevel::kInfo));
    log.set_level(LogLevel::kInfo);
    const std::size_t many = limits::kLogRing / 32;  // more than it holds: a line is longer
    for (std::size_t i = 0; i < many; ++i) log.info("n", {{"i", i}});
    const auto all = lines.all();
    CHECK(all.size() == many);
    const auto kept = log.recent(many);
    std::size_t bytes = 0;
    for (const std::string& line : kept) bytes += line.size() + 1;
    CHECK(bytes <= limits::kLogRing);
    CHECK(bytes > limits::kLogRing - limits::kLogLine);
    CHECK(std::equal(kept.rbegin(), kept.rend(), all.rbegin()));
    CHECK(log.recent(2) == std::vector<std::string>(kept.end() - 2, kept.end()));
    log.set_sink(later.sink());
    log.error("x");
    CHECK(later.contain(" error x"));
    log.set_sink(nullptr);
    log.error("only in the ring");
    CHECK(log.recent(1)[0].find("ring") != std::string::npos);
}

TEST_CASE("log: threads write whole lines in the ring's order") {
    FakeClock clock;
    LogLines lines;
    Log log(clock, lines.sink(), LogLevel::kInfo);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&log, t] {
            for (int i = 0; i < 100; ++i) log.info("tick", {{"t", t}, {"i", i}});
        });
    }
    for (int i = 0; i < 50; ++i) (void)log.recent(10);
    for (std::thread& thread : threads) thread.join();
    CHECK(lines.all() == log.recent(400));
}

TEST_CASE("file sink: appends, refuses a symlink, makes 0640 at most") {
    FakeClock clock;
    const std::string path = temp_path();
    SystemFiles files;
    REQUIRE(files.remove_file(path).ok());
    for (int i = 0; i < 2; ++i) {
        auto sink = file_sink(path);
        REQUIRE(sink.ok());
        Log log(clock, std::move(sink).value(), LogLevel::kInfo);
        log.info("opened", {{"i", i}});
    }
    CHECK(*files.read(path, 1000) == "2026-11-21T00:00:00Z info opened i=0\n2026-11-21T00:00:00Z info opened i=1\n");
    CHECK((files.info(path)->mode & 0137) == 0);
    REQUIRE(files.make_symlink(path, path + ".link").ok());
    CHECK_FALSE(file_sink(path + ".link").ok());
    CHECK(file_sink(path + "/no/folder").error().text().find(path) != std::string::npos);
    CHECK(files.remove_file(path + ".link").ok());
    CHECK(files.remove_file(path).ok());
}

TEST_CASE("file sink: a full disk is survived") {
    auto full = file_sink("/dev/full");
    REQUIRE(full.ok());
    FakeClock clock;
    Log log(clock, std::move(full).value(), LogLevel::kInfo);
    for (int i = 0; i < 10; ++i) log.info("lost");
    CHECK(log.recent(100).size() == 10);
}

TEST_CASE("stderr sink: lines lost to a full pipe are counted when it drains") {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    UniqueFd reader(ends[0]), writer(ends[1]);
    ::fcntl(writer.get(), F_SETPIPE_SZ, 4096);
    auto sink = stderr_sink();
    {
        const StderrTo pipe(writer.get());
        sink->write_line(LogLevel::kInfo, "T info first");
        sink->write_line(LogLevel::kInfo, "T info second");  // the page is taken: would have to wait
        sink->write_line(LogLevel::kInfo, "T info third");
    }
    const std::string before = drain(reader.get());
    {
        const StderrTo pipe(writer.get());
        sink->write_line(LogLevel::kInfo, "T info fourth");
    }
    const std::string text = before + drain(reader.get());
    CHECK(has_prefix(text, "T info first\n"));
    CHECK(has_suffix(text, "T info fourth\n"));
    // Whatever was not written was counted (how much fits is the kernel's affair).
    const bool lost = text.find("third") == std::string::npos;
    CHECK((text.find("T warn log.lost lines=") != std::string::npos) == lost);
}

TEST_CASE("stderr sink: a reader that goes away ends nobody") {
    const auto before = std::signal(SIGPIPE, SIG_DFL);
    auto sink = stderr_sink();
    {
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        UniqueFd reader(ends[0]), writer(ends[1]);
        const StderrTo pipe(writer.get());
        reader.reset();
        sink->write_line(LogLevel::kInfo, "T info into the void");
    }
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    UniqueFd reader(ends[0]), writer(ends[1]);
    {
        const StderrTo socket(writer.get());
        sink->write_line(LogLevel::kInfo, "T info heard");
    }
    CHECK(drain(reader.get()) == "T warn log.lost lines=1\nT info heard\n");
    reader.reset();
    {
        const StderrTo socket(writer.get());
        sink->write_line(LogLevel::kInfo, "T info into the void");
    }
    std::signal(SIGPIPE, before);
}

TEST_CASE("syslog sink: one datagram a line, again after the daemon was away") {
    const std::string path = temp_path();
    const auto listen = [&path] {
        ::unlink(path.c_str());
        UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        return fd;
    };
    const std::string id = "postern[" + std::to_string(::getpid()) + "]: ";
    UniqueFd daemon = listen();
    auto sink = syslog_sink(path);
    sink->write_line(LogLevel::kError, "2026-11-21T00:00:00Z error bad a=b");
    CHECK(drain(daemon.get()) == "<27>" + id + "bad a=b");
    daemon.reset();
    sink->write_line(LogLevel::kInfo, "2026-11-21T00:00:00Z info gone");
    daemon = listen();
    sink->write_line(LogLevel::kDebug, "2026-11-21T00:00:00Z debug back");
    CHECK(drain(daemon.get()) == "<31>" + id + "log.lost lines=1" + "<31>" + id + "back");
    ::unlink(path.c_str());
    auto nobody = syslog_sink(path);
    nobody->write_line(LogLevel::kInfo, "2026-11-21T00:00:00Z info unheard");
    auto too_long = syslog_sink(std::string(200, 'x'));
    too_long->write_line(LogLevel::kInfo, "odd");  // no time, no level: nothing breaks
}
