// The real wire against servers on the loopback: which datagram is taken, how TCP is framed, what silence and absence say.
#include "acme/dns/wire.h"

#include <arpa/inet.h>
#include <doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <functional>
#include <thread>

#include "acme/dns/limits.h"
#include "server/base/unique_fd.h"

using namespace postern;
using namespace postern::acme::dns;

namespace {

// A socket on a port of 127.0.0.1 or [::1], and a thread that does with it what the test says.
class Nameserver {
public:
    using Work = std::function<void(int fd)>;
    Nameserver(int type, Work work, bool six = false) : socket_(::socket(six ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0)) {
        sockaddr_storage here{};
        socklen_t size = six ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
        here.ss_family = six ? AF_INET6 : AF_INET;
        if (six) reinterpret_cast<sockaddr_in6&>(here).sin6_addr = in6addr_loopback;
        else reinterpret_cast<sockaddr_in&>(here).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* const address = reinterpret_cast<sockaddr*>(&here);
        REQUIRE(::bind(socket_.get(), address, size) == 0);
        if (type == SOCK_STREAM) REQUIRE(::listen(socket_.get(), 4) == 0);
        REQUIRE(::getsockname(socket_.get(), address, &size) == 0);
        // the port stands at the same place in both
        server.port = ntohs(reinterpret_cast<sockaddr_in&>(here).sin_port);
        server.ip = six ? std::string(15, '\0') + '\1' : std::string("\x7f\0\0\1", 4);
        thread_ = std::thread([this, work = std::move(work)] { work(socket_.get()); });
    }
    ~Nameserver() { thread_.join(); }
    Nameserver(const Nameserver&) = delete;
    Nameserver& operator=(const Nameserver&) = delete;

    Server server;

private:
    UniqueFd socket_;
    std::thread thread_;
};

// Answers the first question with these datagrams, in this order.
Nameserver::Work says(std::vector<std::string> datagrams) {
    return [datagrams = std::move(datagrams)](int fd) {
        char question[512];
        sockaddr_storage from{};
        socklen_t size = sizeof from;
        if (::recvfrom(fd, question, sizeof question, 0, reinterpret_cast<sockaddr*>(&from), &size) <= 0) return;
        for (const std::string& one : datagrams)
            (void)::sendto(fd, one.data(), one.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&from), size);
    };
}

// Takes one connection, reads a question of four bytes behind its length, sends these bytes and closes.
Nameserver::Work streams(std::vector<std::string> pieces) {
    return [pieces = std::move(pieces)](int listener) {
        const UniqueFd fd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
        char question[6];
        if (::recv(fd.get(), question, sizeof question, MSG_WAITALL) != 6 || std::string(question, 6) != std::string("\0\4what", 6)) return;
        for (const std::string& one : pieces) {
            (void)::send(fd.get(), one.data(), one.size(), MSG_NOSIGNAL);
            std::this_thread::yield();
        }
    };
}

struct Asking {
    explicit Asking(Millis patience = Millis(5000)) : deadline{clock.steady() + patience, clock, cancel} {}
    SystemClock clock;
    Cancel cancel;
    Deadline deadline;
    SocketWire wire;
};

bool any(std::string_view) { return true; }
bool good(std::string_view datagram) { return datagram == "good"; }

}  // namespace

TEST_CASE("udp: the datagram that fits is taken, over IPv4 and IPv6") {
    for (const bool six : {false, true}) {
        Asking asking;
        Nameserver server(SOCK_DGRAM, says({"stray", "", "good", "later"}), six);
        const auto reply = asking.wire.ask_udp(server.server, "what", asking.deadline, good);
        REQUIRE_MESSAGE(reply.ok(), reply.error().text());
        CHECK(*reply == "good");
    }
}

TEST_CASE("udp: what is larger than was offered arrives cut") {
    Asking asking;
    Nameserver server(SOCK_DGRAM, says({std::string(4000, 'x')}));
    const auto reply = asking.wire.ask_udp(server.server, "what", asking.deadline, any);
    REQUIRE(reply.ok());
    CHECK(reply->size() == limits::kDnsUdp);
}

TEST_CASE("udp: a flood ends the try, and so do silence and absence") {
    Asking flooded;
    Nameserver flood(SOCK_DGRAM, says(std::vector<std::string>(static_cast<std::size_t>(limits::kDnsStrays), "stray")));
    const auto drowned = flooded.wire.ask_udp(flood.server, "what", flooded.deadline, good);
    REQUIRE_FALSE(drowned.ok());
    CHECK(drowned.error().text().find("flood") != std::string::npos);

    Asking hasty(Millis(50));
    Nameserver mute(SOCK_DGRAM, says({}));
    const auto silence = hasty.wire.ask_udp(mute.server, "what", hasty.deadline, any);
    REQUIRE_FALSE(silence.ok());
    CHECK(silence.error().kind() == ErrorKind::kRetry);

    Server nobody;
    {
        Nameserver gone(SOCK_DGRAM, [](int) {});
        nobody = gone.server;
    }
    Asking asking;
    const auto absence = asking.wire.ask_udp(nobody, "what", asking.deadline, any);
    REQUIRE_FALSE(absence.ok());
    CHECK(absence.error().kind() == ErrorKind::kRetry);
    CHECK(asking.deadline.left() > Millis(1000));  // told at once, not waited for
}

TEST_CASE("tcp: length and bytes, in whatever pieces") {
    for (const auto& pieces : {std::vector<std::string>{std::string("\0\4good", 6)}, {std::string(1, '\0'), "\4go", "od"},
                               {std::string("\0\4good and more", 15)}}) {
        Asking asking;
        Nameserver server(SOCK_STREAM, streams(pieces));
        const auto reply = asking.wire.ask_tcp(server.server, "what", asking.deadline);
        REQUIRE_MESSAGE(reply.ok(), reply.error().text());
        CHECK(*reply == "good");
    }
}

TEST_CASE("tcp: too large is refused, cut short and closed are errors, nobody there is told") {
    Asking asking;
    Nameserver large(SOCK_STREAM, streams({"\xff\xff"}));
    const auto refused = asking.wire.ask_tcp(large.server, "what", asking.deadline);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().kind() == ErrorKind::kRefuse);
    CHECK(refused.error().text().find("65535 bytes") != std::string::npos);
    for (const auto& pieces : {std::vector<std::string>{}, {std::string("\0\4go", 4)}}) {
        Nameserver server(SOCK_STREAM, streams(pieces));
        const auto cut = asking.wire.ask_tcp(server.server, "what", asking.deadline);
        REQUIRE_FALSE(cut.ok());
        CHECK(cut.error().kind() == ErrorKind::kRetry);
    }
    Server nobody;
    {
        Nameserver gone(SOCK_STREAM, [](int) {});
        nobody = gone.server;
    }
    CHECK_FALSE(asking.wire.ask_tcp(nobody, "what", asking.deadline).ok());
    asking.cancel.now();
    CHECK_FALSE(asking.wire.ask_tcp(nobody, "what", asking.deadline).ok());
}

TEST_CASE("a server to which no socket leads is told at once, by udp and by tcp") {
    Server no_zone;
    no_zone.ip = std::string("\xfe\x80", 2) + std::string(13, '\0') + '\1';
    no_zone.zone = "no-such-port";
    Server all;
    all.ip = std::string(4, '\xff');
    for (const Server& server : {no_zone, all}) {
        Asking asking;
        const auto udp = asking.wire.ask_udp(server, "what", asking.deadline, any);
        const auto tcp = asking.wire.ask_tcp(server, "what", asking.deadline);
        REQUIRE_FALSE(udp.ok());
        REQUIRE_FALSE(tcp.ok());
        CHECK(udp.error().text().find(server.text()) != std::string::npos);
        CHECK(tcp.error().text().find(server.text()) != std::string::npos);
        CHECK(asking.deadline.left() > Millis(1000));
    }
}
