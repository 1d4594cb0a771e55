// Two addresses of a name, of which one leads nowhere: the other one is reached, and soon.
#include "acme/protocol/dial.h"

#include <thread>

#include "tests/unit/acme/protocol/ports_of_all_kinds.h"

using namespace postern;
using namespace postern::acme;

namespace {

struct Dialled {
    bool ok = false;
    std::string failure;
    Millis took{};
    int family = 0;
};

// Of these addresses, in this order, at one port; all of it within `time`.
Dialled dial_to(const std::vector<std::string>& ips, std::uint16_t port, Millis time = Millis(5000)) {
    const SystemClock clock;
    const Cancel cancel;
    const Deadline ample{clock.steady() + Millis(5000), clock, cancel};
    std::vector<SocketAddress> addresses;
    for (const std::string& ip : ips) addresses.push_back(look_up(ip, port, ample).value().front());
    const SteadyTime before = clock.steady();
    const Deadline deadline{before + time, clock, cancel};
    const auto fd = connect_first(addresses, deadline);
    Dialled dialled;
    dialled.took = clock.steady() - before;
    dialled.ok = fd.ok();
    if (!fd) dialled.failure = fd.error().text();
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    if (fd && ::getpeername(fd->get(), reinterpret_cast<sockaddr*>(&peer), &size) == 0) dialled.family = peer.ss_family;
    return dialled;
}

}  // namespace

TEST_CASE("an address that is silent keeps nobody: the next one is tried beside it, whichever version it is of") {
    const struct {
        const char *silent, *alive;
        int family;
    } rows[] = {{"::1", "127.0.0.1", AF_INET}, {"127.0.0.1", "::1", AF_INET6}};
    for (const auto& row : rows) {
        CAPTURE(row.silent);
        const OpenPort alive(row.alive);
        const FullPort silent(row.silent, alive.port);
        const Dialled dialled = dial_to({row.silent, row.alive}, alive.port);
        REQUIRE_MESSAGE(dialled.ok, dialled.failure);
        CHECK(dialled.family == row.family);
        CHECK(dialled.took >= Millis(240));
        CHECK(dialled.took < Millis(1500));
    }
}

TEST_CASE("an address that refuses keeps nobody for a moment") {
    const OpenPort four;
    CHECK(dial_to({"::1", "127.0.0.1"}, four.port).family == AF_INET);
    CHECK(dial_to({"::1", "127.0.0.1"}, four.port).took < Millis(200));
    const OpenPort six("::1");
    CHECK(dial_to({"127.0.0.1", "::1"}, six.port).family == AF_INET6);
    CHECK(dial_to({"127.0.0.1", "::1"}, six.port).took < Millis(200));
}

TEST_CASE("the first address that answers is taken, although others would") {
    const OpenPort six("::1");
    const OpenPort four("127.0.0.1", six.port);
    CHECK(dial_to({"::1", "127.0.0.1"}, six.port).family == AF_INET6);
    CHECK(dial_to({"127.0.0.1", "::1"}, six.port).family == AF_INET);
}

TEST_CASE("when nobody answers, each address is told with its reason, at the deadline") {
    const FullPort silent("::1");
    const Dialled mixed = dial_to({"::1", "127.0.0.1"}, silent.port, Millis(600));
    CHECK_FALSE(mixed.ok);
    CHECK(mixed.failure.find("[::1]: no answer in time") != std::string::npos);
    CHECK(mixed.failure.find("127.0.0.1: Connection refused") != std::string::npos);
    CHECK(mixed.took >= Millis(600));
    CHECK(mixed.took < Millis(2000));
    CHECK(dial_to({"::1"}, silent.port, Millis(0)).failure == "there was no time left");
}

TEST_CASE("who calls it off is heard while all are silent") {
    const FullPort silent;
    const SystemClock clock;
    Cancel cancel;
    const SteadyTime before = clock.steady();
    const Deadline deadline{before + Millis(20000), clock, cancel};
    const auto addresses = look_up("127.0.0.1", silent.port, deadline).value();
    std::thread other([&] { cancel.now(); });
    const auto fd = connect_first(addresses, deadline);
    other.join();
    REQUIRE_FALSE(fd.ok());
    CHECK(clock.steady() - before < Millis(5000));
    CHECK(connect_first(addresses, deadline).error().text() == "called off");  // nothing is begun any more
}
