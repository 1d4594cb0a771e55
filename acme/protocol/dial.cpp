#include "acme/protocol/dial.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>

#include "server/base/ip_text.h"
#include "server/base/text.h"
#include "server/base/thread.h"

namespace postern::acme {

namespace {

constexpr std::size_t kAddresses = 8;   // tried; a CA's name has two to eight
constexpr Millis kHeadStart(250);       // of an address before the next one is tried beside it (RFC 8305 section 8)

SocketAddress make_address(const std::string& ip, std::uint16_t port) {
    SocketAddress address;
    address.text = ip.size() == 4 ? ip_from_bytes(ip) : "[" + ip_from_bytes(ip) + "]";
    if (ip.size() == 4) {
        sockaddr_in in{};
        in.sin_family = AF_INET;
        in.sin_port = htons(port);
        std::memcpy(&in.sin_addr, ip.data(), 4);
        std::memcpy(address.bytes, &in, sizeof in);
        address.size = sizeof in;
    } else {
        sockaddr_in6 in6{};
        in6.sin6_family = AF_INET6;
        in6.sin6_port = htons(port);
        std::memcpy(&in6.sin6_addr, ip.data(), 16);
        std::memcpy(address.bytes, &in6, sizeof in6);
        address.size = sizeof in6;
    }
    address.family = ip.size() == 4 ? AF_INET : AF_INET6;
    return address;
}

// What the resolver's thread and the asker share; the last of them frees it.
struct LookUp {
    std::string host;
    UniqueFd done{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    std::mutex mutex;
    std::vector<std::string> ips;  // 4 or 16 bytes each
    int failure = 0;               // of getaddrinfo
};

void resolve(LookUp& work) {
    addrinfo hints{}, *list = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    int failure = ::getaddrinfo(work.host.c_str(), nullptr, &hints, &list);
    std::lock_guard<std::mutex> hold(work.mutex);
    work.failure = failure;
    for (addrinfo* one = list; failure == 0 && one != nullptr; one = one->ai_next) {
        const auto* raw = reinterpret_cast<const char*>(one->ai_addr);
        if (one->ai_family == AF_INET) work.ips.emplace_back(raw + offsetof(sockaddr_in, sin_addr), 4);
        if (one->ai_family == AF_INET6) work.ips.emplace_back(raw + offsetof(sockaddr_in6, sin6_addr), 16);
    }
    if (list != nullptr) ::freeaddrinfo(list);
    (void)::eventfd_write(work.done.get(), 1);
}

Result<std::vector<std::string>> ips_of(const std::string& host, const Deadline& deadline) {
    if (host == "localhost" || has_suffix(host, ".localhost"))
        return std::vector<std::string>{std::string(15, '\0') + '\1', std::string("\x7f\0\0\1", 4)};
    auto work = std::make_shared<LookUp>();
    work->host = host;
    auto thread = Thread::start([work] { resolve(*work); });
    if (!thread) return std::move(thread).error().at("looking up " + host);
    thread->detach();
    if (auto waited = wait_for(work->done.get(), POLLIN, deadline); !waited)
        return std::move(waited).error().at("looking up " + host);
    std::lock_guard<std::mutex> hold(work->mutex);
    if (work->failure != 0) return Error::retry("looking up " + host + ": " + ::gai_strerror(work->failure));
    return work->ips;
}

// v6 v6 v4 v4 becomes v6 v4 v6 v4.
std::vector<std::string> by_turns(const std::vector<std::string>& ips) {
    std::vector<std::string> first, second, mixed;
    for (const std::string& ip : ips) (ip.size() == ips.front().size() ? first : second).push_back(ip);
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size()) mixed.push_back(first[i]);
        if (i < second.size()) mixed.push_back(second[i]);
    }
    if (mixed.size() > kAddresses) mixed.resize(kAddresses);
    return mixed;
}

// Connections on their way to several addresses, of which the first that is through wins: an IPv6 that leads nowhere may
// not eat the time, and one that is merely slow is not given up for it.
class Race {
public:
    Race(const std::vector<SocketAddress>& addresses, const Deadline& deadline) : addresses_(addresses), deadline_(deadline) {}

    // Empty when nobody won; failures() says why.
    UniqueFd run() {
        while (!winner_ && (next_ < addresses_.size() || !runners_.empty())) {
            if (deadline_.cancel.called() || deadline_.left().count() == 0) break;
            const bool is_time = runners_.empty() || deadline_.clock.steady() >= next_start_;
            if (next_ < addresses_.size() && is_time) start(addresses_[next_++]);
            else wait();
        }
        for (const Runner& one : runners_)
            if (!winner_) failed(one.address->text + (deadline_.cancel.called() ? ": called off" : ": no answer in time"));
        return std::move(winner_);
    }
    const std::string& failures() const { return failures_; }

private:
    struct Runner {
        UniqueFd fd;
        const SocketAddress* address;
    };

    void start(const SocketAddress& address) {
        next_start_ = deadline_.clock.steady();  // nobody waits for one that fails at once
        UniqueFd fd(::socket(address.family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (!fd) return failed(Error::system(address.text, errno).text());
        const int on = 1;
        (void)::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // a request is one burst: send it at once
        const auto* to = reinterpret_cast<const sockaddr*>(address.bytes);
        if (::connect(fd.get(), to, address.size) == 0) winner_ = std::move(fd);
        else if (errno != EINPROGRESS) return failed(Error::system(address.text, errno).text());
        else runners_.push_back({std::move(fd), &address});
        next_start_ += kHeadStart;
    }

    void wait() {
        Millis most = std::min(deadline_.left(), Millis(60000));
        if (next_ < addresses_.size())
            most = std::clamp(std::chrono::duration_cast<Millis>(next_start_ - deadline_.clock.steady()), Millis(0), most);
        std::vector<pollfd> looks{{deadline_.cancel.fd(), POLLIN, 0}};
        for (const Runner& one : runners_) looks.push_back({one.fd.get(), POLLOUT, 0});
        if (::poll(looks.data(), looks.size(), static_cast<int>(most.count())) <= 0) return;
        for (std::size_t i = 0, look = 1; look < looks.size() && !winner_; ++look) {
            if (looks[look].revents != 0) finish(i);  // which takes it out
            else ++i;
        }
    }

    void finish(std::size_t which) {
        Runner one = std::move(runners_[which]);
        runners_.erase(runners_.begin() + static_cast<std::ptrdiff_t>(which));
        int failure = 0;
        socklen_t size = sizeof failure;
        if (::getsockopt(one.fd.get(), SOL_SOCKET, SO_ERROR, &failure, &size) != 0) failure = errno;
        if (failure == 0) {
            winner_ = std::move(one.fd);
            return;
        }
        next_start_ = deadline_.clock.steady();  // nobody waits for one that has failed
        failed(Error::system(one.address->text, failure).text());
    }

    void failed(const std::string& why) { failures_ += (failures_.empty() ? "" : "; ") + why; }

    const std::vector<SocketAddress>& addresses_;
    const Deadline& deadline_;
    std::size_t next_ = 0;
    SteadyTime next_start_{};
    std::vector<Runner> runners_;
    UniqueFd winner_;
    std::string failures_;
};

}  // namespace

Result<std::vector<SocketAddress>> look_up(const std::string& host, std::uint16_t port, const Deadline& deadline) {
    TRY(const std::vector<std::string> ips, ips_of(host, deadline));
    if (ips.empty()) return Error::retry("looking up " + host + ": no address");
    std::vector<SocketAddress> addresses;
    for (const std::string& ip : by_turns(ips)) addresses.push_back(make_address(ip, port));
    return addresses;
}

Result<UniqueFd> connect_first(const std::vector<SocketAddress>& addresses, const Deadline& deadline) {
    Race race(addresses, deadline);
    UniqueFd winner = race.run();
    if (winner) return winner;
    if (!race.failures().empty()) return Error::retry(race.failures());
    return Error::retry(deadline.cancel.called() ? "called off" : "there was no time left");
}

Result<UniqueFd> dial(const std::string& host, std::uint16_t port, const Deadline& deadline) {
    TRY(const std::vector<SocketAddress> addresses, look_up(host, port, deadline));
    auto connected = connect_first(addresses, deadline);
    if (connected) return connected;
    return Error::retry("connecting to " + host + " port " + std::to_string(port) + ": " + connected.error().text());
}

}  // namespace postern::acme
