#include "server/net/listener.h"

#include <doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

using namespace postern;
using net::Address;
using net::Listener;

namespace {

Address loopback() { return Address::parse("127.0.0.1:0").value(); }

UniqueFd connect_to(const Address& address) {
    UniqueFd fd(socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (connect(fd.get(), address.native(), address.native_size()) != 0) fd.reset();
    return fd;
}

struct Folder {
    std::string path = "/tmp/postern-net-XXXXXX";
    Folder() { REQUIRE(mkdtemp(path.data())); }
    ~Folder() {
        unlink((path + "/s").c_str());
        rmdir(path.c_str());
    }
    Address socket() const { return Address::unix_path(path + "/s").value(); }
};

}  // namespace

TEST_CASE("port 0 becomes the port that the kernel chose, and it is served") {
    auto listener = Listener::open(loopback(), {});
    REQUIRE(listener.ok());
    CHECK(listener->address().port() != 0);
    CHECK(listener->accept().none_waits());
    UniqueFd client = connect_to(listener->address());
    REQUIRE(client);
    net::Accepted accepted = listener->accept();
    REQUIRE(accepted.fd);
    CHECK(accepted.peer.host() == "127.0.0.1");
    int nodelay = 0;
    socklen_t size = sizeof nodelay;
    REQUIRE(getsockopt(accepted.fd.get(), IPPROTO_TCP, TCP_NODELAY, &nodelay, &size) == 0);
    CHECK(nodelay != 0);
    CHECK((fcntl(accepted.fd.get(), F_GETFL) & O_NONBLOCK) != 0);
    CHECK((fcntl(accepted.fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("a port taken is said with what to do") {
    auto first = Listener::open(loopback(), {});
    auto second = Listener::open(first->address(), {});
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().number() == EADDRINUSE);
    CHECK(second.error().text().find(first->address().text()) != std::string::npos);
    CHECK(second.error().text().find("ss -ltnp") != std::string::npos);
    CHECK_FALSE(Listener::open(first->address(), {.shared = true}).ok());  // the first does not share
}

TEST_CASE("an address that is not ours is said") {
    auto listener = Listener::open(Address::parse("192.0.2.1:0").value(), {});
    REQUIRE_FALSE(listener.ok());
    CHECK(listener.error().text().find("does not have that address") != std::string::npos);
}

TEST_CASE("shared listeners stand side by side") {
    auto first = Listener::open(loopback(), {.shared = true});
    auto second = Listener::open(first->address(), {.shared = true});
    CHECK(second.ok());
}

TEST_CASE("[::] serves IPv4 too, and shows its peers as IPv4") {
    auto listener = Listener::open(Address::parse("[::]:0").value(), {});
    if (!listener.ok()) return;  // no IPv6 in this kernel
    UniqueFd client = connect_to(Address::parse("127.0.0.1:" + std::to_string(listener->address().port())).value());
    REQUIRE(client);
    CHECK(listener->accept().peer.host() == "127.0.0.1");
}

TEST_CASE("a unix socket has the mode asked for whatever the umask, which it leaves alone") {
    Folder folder;
    for (mode_t mask : {0u, 022u, 077u}) {
        mode_t before = umask(mask);
        auto listener = Listener::open(folder.socket(), {.unix_mode = 0660});
        CHECK(umask(before) == mask);
        REQUIRE(listener.ok());
        struct stat entry {};
        REQUIRE(stat((folder.path + "/s").c_str(), &entry) == 0);
        CHECK((entry.st_mode & 0777) == 0660);
        CHECK(connect_to(folder.socket()));
    }
}

TEST_CASE("a stale unix socket is replaced, any other file is not") {
    Folder folder;
    { CHECK(Listener::open(folder.socket(), {.unix_mode = 0600}).ok()); }
    struct stat entry {};
    REQUIRE(stat((folder.path + "/s").c_str(), &entry) == 0);  // left behind, as by a server that died
    { CHECK(Listener::open(folder.socket(), {.unix_mode = 0600}).ok()); }
    unlink((folder.path + "/s").c_str());
    UniqueFd file(open((folder.path + "/s").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    REQUIRE(file);
    CHECK_FALSE(Listener::open(folder.socket(), {.unix_mode = 0600}).ok());
    REQUIRE(stat((folder.path + "/s").c_str(), &entry) == 0);
    CHECK(S_ISREG(entry.st_mode));
}

TEST_CASE("want of descriptors is told from an empty backlog") {
    auto listener = Listener::open(loopback(), {});
    auto quiet = Listener::open(loopback(), {});
    UniqueFd client = connect_to(listener->address());
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit none = before;
    none.rlim_cur = 1;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
    net::Accepted accepted = listener->accept();
    net::Accepted nobody = quiet->accept();
    setrlimit(RLIMIT_NOFILE, &before);
    CHECK(accepted.error == EMFILE);
    CHECK(accepted.out_of_room());
    CHECK(nobody.none_waits());    // the kernel would say EMFILE here too
    CHECK(listener->accept().fd);  // it waited
}
