#include "server/net/poller.h"

#include <algorithm>
#include <cerrno>
#include <climits>

namespace postern::net {

namespace {

epoll_event interest(std::uint32_t events, void* owner) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = owner;
    return event;
}

constexpr std::uintptr_t kWatched = 1;

}  // namespace

Result<Poller> Poller::open() {
    UniqueFd fd(epoll_create1(EPOLL_CLOEXEC));
    if (!fd) return Error::system("epoll_create1", errno);
    return Poller(std::move(fd));
}

Result<void> Poller::add(int fd, void* owner) {
    epoll_event event = interest(EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, owner);
    if (epoll_ctl(fd_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return Error::system("epoll_ctl", errno);
    return {};
}

Result<void> Poller::add_level(int fd, void* owner) {
    epoll_event event = interest(EPOLLIN, owner);
    if (epoll_ctl(fd_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return Error::system("epoll_ctl", errno);
    return {};
}

// Told from an owner by the lowest bit, which is 0 in either's address.
Result<void> Poller::watch(int fd, Watched& who) {
    static_assert(alignof(Watched) > 1);
    epoll_event event = interest(EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, reinterpret_cast<char*>(&who) + kWatched);
    if (epoll_ctl(fd_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return Error::system("epoll_ctl", errno);
    return {};
}

void Poller::remove(int fd) {
    epoll_event event = interest(0, nullptr);
    epoll_ctl(fd_.get(), EPOLL_CTL_DEL, fd, &event);
}

void Poller::pause(int fd) {
    epoll_event event = interest(0, nullptr);
    epoll_ctl(fd_.get(), EPOLL_CTL_MOD, fd, &event);
}

void Poller::resume(int fd, void* owner) {
    epoll_event event = interest(EPOLLIN, owner);
    epoll_ctl(fd_.get(), EPOLL_CTL_MOD, fd, &event);
}

std::span<const Poller::Event> Poller::wait(Millis timeout) {
    int limit = timeout.count() < 0 ? -1 : static_cast<int>(std::min<long long>(timeout.count(), INT_MAX));
    int ready = epoll_wait(fd_.get(), raw_.data(), kBatch, limit);
    if (ready <= 0) return {};  // EINTR reads as "nothing yet"
    for (int i = 0; i < ready; i++) {
        const epoll_event& event = raw_[static_cast<std::size_t>(i)];
        bool gone = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
        bool ended = gone || (event.events & EPOLLRDHUP) != 0;
        char* const who = static_cast<char*>(event.data.ptr);
        const bool watched = (reinterpret_cast<std::uintptr_t>(who) & kWatched) != 0;
        Event& told = events_[static_cast<std::size_t>(i)];
        told = {nullptr, nullptr, ended || (event.events & EPOLLIN) != 0, gone || (event.events & EPOLLOUT) != 0, gone, ended};
        if (watched) told.watched = reinterpret_cast<Watched*>(who - kWatched);
        else told.owner = who;
    }
    return {events_.data(), static_cast<std::size_t>(ready)};
}

}  // namespace postern::net
