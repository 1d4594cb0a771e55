// What an answer says of who gives it, and what becomes of a fetch at ports of this machine that do each thing a port can do.
#include "firmware/checks/self_fetch.h"

#include <doctest.h>
#include <sys/socket.h>

#include <thread>

#include "acme/preflight/limits.h"
#include "server/base/ip_text.h"
#include "server/base/unique_fd.h"
#include "server/net/address.h"

using namespace postern;
using namespace postern::checks;
using What = acme::preflight::Fetched::What;

namespace {

const admin::Probe kProbe{"abcd2345", "You got through: 7f3k\n"};

// One connection of loopback that is answered by these bytes, or not at all.
class Listener {
public:
    explicit Listener(std::string answer) {
        fd_.reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const net::Address any = net::Address::parse("127.0.0.1:0").value();
        REQUIRE(bind(fd_.get(), any.native(), any.native_size()) == 0);
        REQUIRE(listen(fd_.get(), 1) == 0);
        sockaddr_storage where{};
        socklen_t size = sizeof where;
        REQUIRE(getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&where), &size) == 0);
        port = net::Address::from_native(reinterpret_cast<sockaddr*>(&where), size).port();
        thread_ = std::thread([this, answer = std::move(answer)] {
            const UniqueFd one(accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            char buffer[4096];
            const ssize_t got = one ? recv(one.get(), buffer, sizeof buffer, 0) : 0;
            if (got > 0) heard.assign(buffer, static_cast<std::size_t>(got));
            if (got > 0) (void)send(one.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
        });
    }
    ~Listener() { done(); }
    void done() {
        if (!thread_.joinable()) return;
        shutdown(fd_.get(), SHUT_RDWR);
        thread_.join();
    }

    std::uint16_t port = 0;
    std::string heard;

private:
    UniqueFd fd_;
    std::thread thread_;
};

acme::preflight::Fetched fetch(std::uint16_t port, bool secure = false, bool cancelled = false) {
    SystemClock clock;
    Cancel cancel;
    if (cancelled) cancel.now();
    return fetch_probe({"example.org", ip_to_bytes("127.0.0.1").value(), port, secure}, kProbe, clock, cancel);
}

}  // namespace

TEST_CASE("answers: ours, another's, and no HTTP") {
    struct Row {
        std::string answer;
        What what;
        int status;
        std::string server;
    };
    const Row rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n" + kProbe.page, What::kToken, 200, ""},
        {"HTTP/1.0 200 OK\r\n\r\nX" + kProbe.page + "Y", What::kToken, 200, ""},  // in chunks, or with a proxy's frame
        {"HTTP/1.1 404 Not Found\r\nServer: nginx/1.22.1\r\n\r\n", What::kOther, 404, "nginx/1.22.1"},
        {"HTTP/1.1 404 Not Found\r\nsErVeR:\t lighttpd \r\n\r\n" + kProbe.page, What::kOther, 404, "lighttpd"},
        {"HTTP/1.1 200 OK\r\nServer: \x1b[31mred\r\n\r\n", What::kOther, 200, "\\x1b[31mred"},
        {"HTTP/1.1 200 OK\r\nX: " + kProbe.page + "\r\n\r\n", What::kOther, 200, ""},  // a head is no page
        {"HTTP/1.1", What::kOther, 0, ""},
        {"HTTP/1.1 2", What::kOther, 2, ""},
        {"SSH-2.0-OpenSSH_9.2\r\n", What::kOther, 0, ""},
        {"", What::kOther, 0, ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.answer);
        const auto fetched = judge_answer(row.answer, kProbe.page);
        CHECK(fetched.what == row.what);
        CHECK(fetched.status == row.status);
        CHECK(fetched.server == row.server);
    }
}

TEST_CASE("a fetch of our page") {
    Listener ours("HTTP/1.1 200 OK\r\n\r\n" + kProbe.page);
    CHECK(fetch(ours.port).what == What::kToken);
    ours.done();
    CHECK(ours.heard.find("GET /.well-known/acme-challenge/abcd2345 HTTP/1.1\r\nHost: example.org:" + std::to_string(ours.port) + "\r\n") == 0);
}

TEST_CASE("refused, broken off, another's") {
    std::uint16_t port = 0;
    {
        Listener other("HTTP/1.1 200 OK\r\nServer: uhttpd\r\n\r\nhello");
        port = other.port;
        const auto fetched = fetch(port);
        CHECK(fetched.what == What::kOther);
        CHECK(fetched.server == "uhttpd");
    }
    CHECK(fetch(port).what == What::kRefused);
    CHECK(fetch(port, true).what == What::kRefused);
    Listener mute("");
    const auto broken = fetch(mute.port);
    CHECK(broken.what == What::kBroken);
    CHECK(broken.detail.find("says nothing") != std::string::npos);
}

TEST_CASE("no TLS where TLS was due") {
    Listener plain("HTTP/1.1 400 Bad Request\r\n\r\n");
    const auto fetched = fetch(plain.port, true);
    CHECK(fetched.what == What::kBroken);
    CHECK(fetched.detail.find("TLS") != std::string::npos);
}

TEST_CASE("what was called off does not wait") {
    Listener ours("");
    SystemClock clock;
    const SteadyTime before = clock.steady();
    CHECK(fetch(ours.port, false, true).what != What::kToken);
    CHECK(fetch(ours.port, true, true).what != What::kToken);
    CHECK(clock.steady() - before < limits::kPreflightFetch);
}
