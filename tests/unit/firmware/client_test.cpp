// What Client makes of a server at the other end of a unix socket, and of one that is not there or misbehaves.
#include "firmware/client.h"

#include <doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <thread>

#include "server/base/unique_fd.h"
#include "server/net/address.h"

using namespace postern;

namespace {

// A folder with a socket in it, at which one connection is served by what the test says.
class Peer {
public:
    Peer() {
        REQUIRE(mkdtemp(folder_) != nullptr);
        path = std::string(folder_) + "/control.sock";
    }
    ~Peer() {
        if (listening_) shutdown(listening_.get(), SHUT_RDWR);  // nobody may have come
        if (thread_.joinable()) thread_.join();
        unlink(path.c_str());
        rmdir(folder_);
    }
    void listen() {
        listening_.reset(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const net::Address address = net::Address::unix_path(path).value();
        REQUIRE(bind(listening_.get(), address.native(), address.native_size()) == 0);
        REQUIRE(::listen(listening_.get(), 1) == 0);
    }
    void serve(std::function<void(int fd)> how) {
        listen();
        thread_ = std::thread([this, how = std::move(how)] {
            UniqueFd fd(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            how(fd.get());
        });
    }
    void close_listener() { listening_.reset(); }
    void done() { thread_.join(); }

    std::string path;

private:
    char folder_[32] = "/tmp/postern-client-XXXXXX";
    UniqueFd listening_;
    std::thread thread_;
};

// As far as `last`, which a request ends with.
std::string hear(int fd, std::string_view last) {
    std::string all;
    char buffer[4096];
    while (all.size() < last.size() || all.substr(all.size() - last.size()) != last) {
        const ssize_t got = recv(fd, buffer, sizeof buffer, 0);
        if (got <= 0) break;
        all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
}

void say(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

constexpr std::string_view kGood = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

}  // namespace

TEST_CASE("a question and its answer, which may come in pieces") {
    Peer peer;
    std::string heard;
    peer.serve([&](int fd) {
        heard = hear(fd, "\r\n\r\n");
        for (const char& byte : kGood) say(fd, {&byte, 1});
    });
    const Client client(peer.path, false);
    CHECK(client.socket() == peer.path);
    const Result<Reply> reply = client.get("/api/v1/status");
    REQUIRE_MESSAGE(reply.ok(), reply.error().text());
    CHECK(reply->status == 200);
    CHECK(reply->body == "{}");
    peer.done();
    CHECK(heard == "GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
}

TEST_CASE("a post carries its JSON and how long it is; a refusal is an answer too") {
    Peer peer;
    std::string heard;
    peer.serve([&](int fd) {
        heard = hear(fd, "{\"force\":true}");
        say(fd, "HTTP/1.1 409 Conflict\r\nContent-Type: application/problem+json\r\nContent-Length: 4\r\n\r\nnull");
    });
    const Result<Reply> reply = Client(peer.path, false).post("/api/v1/renew", "{\"force\":true}");
    REQUIRE_MESSAGE(reply.ok(), reply.error().text());
    CHECK(reply->status == 409);
    peer.done();
    CHECK(heard.find("POST /api/v1/renew HTTP/1.1\r\n") == 0);
    CHECK(heard.find("Content-Type: application/json\r\nContent-Length: 14\r\n\r\n{\"force\":true}") != std::string::npos);
}

TEST_CASE("no server: no socket, nobody at it, a path that is none") {
    Peer peer;
    const Client client(peer.path, false);
    Result<Reply> nothing = client.get("/");
    REQUIRE_FALSE(nothing.ok());
    CHECK(is_no_server(nothing.error()));
    CHECK(nothing.error().text().find(peer.path) != std::string::npos);
    peer.listen();
    peer.close_listener();  // as a server that was killed leaves it
    Result<Reply> left = client.get("/");
    REQUIRE_FALSE(left.ok());
    CHECK(is_no_server(left.error()));
    Result<Reply> too_long = Client(std::string(200, 'x'), false).get("/");
    REQUIRE_FALSE(too_long.ok());
    CHECK_FALSE(is_no_server(too_long.error()));
}

TEST_CASE("a server that is there and gives no proper answer is not taken for none") {
    struct Row {
        const char* what;
        std::string_view said;
    };
    for (const Row& row : {Row{"nothing", ""}, Row{"half a head", "HTTP/1.1 200 OK\r\nContent-"}, Row{"half a body", kGood.substr(0, kGood.size() - 1)},
                           Row{"another protocol", "220 mail.example ESMTP\r\n"}}) {
        CAPTURE(row.what);
        Peer peer;
        peer.serve([&](int fd) {
            hear(fd, "\r\n\r\n");
            say(fd, row.said);
        });
        const Result<Reply> reply = Client(peer.path, false).get("/");
        REQUIRE_FALSE(reply.ok());
        CHECK_FALSE(is_no_server(reply.error()));
        CHECK_FALSE(reply.error().text().empty());
    }
}

TEST_CASE("an answer without end is given up") {
    Peer peer;
    peer.serve([](int fd) {
        hear(fd, "\r\n\r\n");
        const std::string much(1 << 20, 'x');
        say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 4000000000\r\n\r\n");
        for (std::size_t sent = 0; sent < 2 * kLargestReply; sent += much.size()) say(fd, much);
    });
    const Result<Reply> reply = Client(peer.path, false).get("/");
    REQUIRE_FALSE(reply.ok());
    CHECK(reply.error().text().find("no end") != std::string::npos);
}
