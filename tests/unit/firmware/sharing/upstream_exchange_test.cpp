// One question to the machine behind us: what is asked, and which answers count.
#include "firmware/sharing/upstream_exchange.h"

#include <doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "server/net/address.h"

using namespace postern;

namespace {

const std::string kThumb(43, 't');

std::string judged(std::string_view reply) {
    const auto found = judge_upstream(reply, "token");
    if (!found.ok()) return "error: " + found.error().text();
    return found->value_or("unknown");
}

// A machine that takes one connection, keeps what it was asked, and answers.
class OneAnswer {
public:
    explicit OneAnswer(std::string answer, bool closes = true) : answer_(std::move(answer)), closes_(closes) {
        fd_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const auto any = net::Address::parse("127.0.0.1:0").value();
        REQUIRE(::bind(fd_.get(), any.native(), any.native_size()) == 0);
        REQUIRE(::listen(fd_.get(), 1) == 0);
        thread_ = std::thread([this] { run(); });
    }
    ~OneAnswer() { thread_.join(); }
    config::Upstream upstream(std::string base = "") const {
        sockaddr_storage own{};
        socklen_t size = sizeof own;
        REQUIRE(::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&own), &size) == 0);
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(own);
        return {"127.0.0.1", static_cast<std::uint16_t>((v4.sin_port & 0xff) << 8 | v4.sin_port >> 8), std::move(base)};
    }
    std::string asked;

private:
    void run() {
        UniqueFd line(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        char buffer[2048];
        while (asked.find("\r\n\r\n") == std::string::npos) {
            const ssize_t got = ::recv(line.get(), buffer, sizeof buffer, 0);
            if (got <= 0) return;
            asked.append(buffer, static_cast<std::size_t>(got));
        }
        (void)::send(line.get(), answer_.data(), answer_.size(), MSG_NOSIGNAL);
        while (!closes_ && ::recv(line.get(), buffer, sizeof buffer, 0) > 0) {
        }
    }
    UniqueFd fd_;
    std::string answer_;
    bool closes_;
    std::thread thread_;
};

}  // namespace

TEST_CASE("a key authorization for the token is the only answer that counts") {
    const std::string good = "token." + kThumb;
    CHECK(judged("HTTP/1.1 200 OK\r\n\r\n" + good) == good);
    CHECK(judged("HTTP/1.0 200 OK\r\nServer: x\r\n\r\n" + good + " \t\r\n\n") == good);
    CHECK(judged("HTTP/1.1 404 Not Found\r\n\r\n") == "unknown");
    CHECK(judged("HTTP/1.1 410 Gone\r\n\r\nx") == "unknown");
    for (const std::string& bad : std::vector<std::string>{"", std::string("HTTP/1.1 200 OK\r\n"), "HTTP/2 200\r\n\r\n" + good, "HTTP/1.1 abc\r\n\r\n" + good,
                                   "HTTP/1.1 301 x\r\n\r\n" + good, "HTTP/1.1 500 x\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
                                   "HTTP/1.1 200 OK\r\n\r\ntoken", "HTTP/1.1 200 OK\r\n\r\ntoken." + kThumb + "x",
                                   "HTTP/1.1 200 OK\r\n\r\nToken." + kThumb, "HTTP/1.1 200 OK\r\n\r\n " + good,
                                   "HTTP/1.1 200 OK\r\n\r\ntoken_" + kThumb, "HTTP/1.1 200 OK\r\n\r\ntoken." + std::string(42, 't') + "!",
                                   "HTTP/1.1 200 OK\r\n\r\n<script>"}) {
        CAPTURE(bad);
        CHECK(judged(bad).starts_with("error: "));
    }
}

TEST_CASE("questions that have come round in a circle, or from too far, go no further") {
    using Fields = std::vector<std::string_view>;
    CHECK(next_loop({}, "me", 4) == "me");
    CHECK(next_loop({"you", "a; v=1, b"}, "me", 4) == "you, a; v=1, b, me");
    CHECK(next_loop({"a, me"}, "me", 4) == std::nullopt);
    CHECK(next_loop({"a", " me ; x=\"y\""}, "me", 4) == std::nullopt);
    CHECK(next_loop({"a, b, c"}, "me", 4) == "a, b, c, me");
    CHECK(next_loop({"a, b, c, d"}, "me", 4) == std::nullopt);
    const std::string huge(600, 'x');
    CHECK(next_loop(Fields{huge}, "me", 4) == std::nullopt);
}

TEST_CASE("what is asked, by whichever name the CA used") {
    SystemClock clock;
    Cancel cancel;
    const Deadline deadline{clock.steady() + Millis(5000), clock, cancel};
    const std::string good = "token." + kThumb;
    {
        OneAnswer machine("HTTP/1.1 200 OK\r\ncontent-length: 49\r\n\r\n" + good, false);  // it does not close
        const auto found = ask_upstream(machine.upstream("/base"), {"token", "2001:db8::1", "a, b"}, 4096, deadline);
        REQUIRE(found.ok());
        CHECK(*found == good);
        CHECK(machine.asked.starts_with("GET /base/.well-known/acme-challenge/token HTTP/1.0\r\nHost: [2001:db8::1]\r\nUser-Agent: postern/"));
        CHECK(machine.asked.find("\r\nCDN-Loop: a, b\r\n") != std::string::npos);
    }
    {
        OneAnswer machine("HTTP/1.1 200 OK\r\n\r\n" + std::string(5000, 'x'));
        const auto found = ask_upstream(machine.upstream(), {"token", "", "a"}, 4096, deadline);
        REQUIRE(!found.ok());
        CHECK(found.error().text().find("longer than 4096 bytes") != std::string::npos);
        CHECK(machine.asked.find("\r\nHost: 127.0.0.1\r\n") != std::string::npos);
    }
    OneAnswer silent("", false);
    const auto none = ask_upstream(silent.upstream(), {"token", "", "a"}, 4096, {clock.steady() + Millis(50), clock, cancel});
    CHECK(!none.ok());
}
