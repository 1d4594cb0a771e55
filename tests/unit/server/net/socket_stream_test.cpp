#include "server/net/socket_stream.h"

#include <doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

using namespace postern;
using net::IoStatus;
using net::SocketStream;

namespace {

struct Pair {
    UniqueFd theirs;
    UniqueFd ours;
    Pair() {
        int fds[2];
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
        ours.reset(fds[0]);
        theirs.reset(fds[1]);
    }
};

}  // namespace

TEST_CASE("a short read means drained, a full one does not") {
    Pair pair;
    SocketStream stream(std::move(pair.ours));
    char buffer[4];
    CHECK(stream.read(buffer, sizeof buffer).status == IoStatus::kWait);
    CHECK_FALSE(stream.has_buffered());
    REQUIRE(send(pair.theirs.get(), "abcdef", 6, 0) == 6);
    auto got = stream.read(buffer, sizeof buffer);
    CHECK(got.status == IoStatus::kOk);
    CHECK(std::string(buffer, got.bytes) == "abcd");
    CHECK(stream.has_buffered());
    got = stream.read(buffer, sizeof buffer);
    CHECK(std::string(buffer, got.bytes) == "ef");
    CHECK_FALSE(stream.has_buffered());
}

TEST_CASE("the end, and what was sent before it") {
    Pair pair;
    SocketStream stream(std::move(pair.ours));
    REQUIRE(send(pair.theirs.get(), "x", 1, 0) == 1);
    shutdown(pair.theirs.get(), SHUT_WR);
    char buffer[8];
    CHECK(stream.read(buffer, sizeof buffer).bytes == 1);
    CHECK(stream.read(buffer, sizeof buffer).status == IoStatus::kEnd);
    CHECK(stream.write("still heard").status == IoStatus::kOk);
    CHECK(recv(pair.theirs.get(), buffer, 5, 0) == 5);
}

TEST_CASE("a full socket takes a part, then nothing; a gone peer is a failure and no signal") {
    Pair pair;
    SocketStream stream(std::move(pair.ours));
    std::string much(4 << 20, 'z');
    auto first = stream.write(much);
    CHECK(first.status == IoStatus::kOk);
    CHECK(first.bytes < much.size());
    CHECK(stream.write(much).status == IoStatus::kWait);
    CHECK(stream.flush().status == IoStatus::kOk);
    pair.theirs.reset();
    CHECK(stream.write("x").status == IoStatus::kFailed);
}

TEST_CASE("finish() ends our side only") {
    Pair pair;
    SocketStream stream(std::move(pair.ours));
    stream.finish();
    char buffer[8];
    CHECK(recv(pair.theirs.get(), buffer, sizeof buffer, 0) == 0);
    REQUIRE(send(pair.theirs.get(), "q", 1, 0) == 1);
    CHECK(stream.read(buffer, sizeof buffer).bytes == 1);
}

TEST_CASE("delivered is what the peer's kernel has, not ours") {
    Pair pair;
    SocketStream stream(std::move(pair.ours));
    CHECK(stream.delivered() == 0);
    std::string much(4 << 20, 'z');
    const std::size_t sent = stream.write(much).bytes;
    CHECK(stream.delivered() < sent);
    std::string heard(much.size(), 'x');
    CHECK(recv(pair.theirs.get(), heard.data(), heard.size(), 0) == static_cast<ssize_t>(sent));
    CHECK(stream.delivered() == sent);
}

TEST_CASE("two pieces as one, as far as they are taken") {
    Pair pair;
    SocketStream stream(std::move(pair.ours));
    CHECK(stream.write_both("head ", "and body").bytes == 13);
    char buffer[32];
    CHECK(std::string(buffer, static_cast<std::size_t>(recv(pair.theirs.get(), buffer, sizeof buffer, 0))) == "head and body");
    const std::string much(4 << 20, 'z');
    const auto first = stream.write_both("head", much);
    CHECK(first.status == IoStatus::kOk);
    CHECK(first.bytes < much.size());
    CHECK(stream.write_both("head", much).status == IoStatus::kWait);
    pair.theirs.reset(-1);
    CHECK(stream.write_both("head", much).status == IoStatus::kFailed);
}
