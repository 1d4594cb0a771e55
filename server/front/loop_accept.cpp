// The loop's doors: what it listens on, whom it lets in, and whom it shows out to make room.
#include <algorithm>

#include "server/base/limits.h"
#include "server/front/loop_door.h"
#include "server/net/socket_stream.h"

namespace postern::front {
namespace {

// Which of our addresses the peer has reached; empty if the kernel does not say.
std::string local_host(int fd) {
    const Result<net::Address> local = net::local_address(fd);
    return local.ok() ? local->host() : std::string();
}

}  // namespace

void Loop::take_mail() {
    wakeup_.clear();
    std::vector<Post> posts;
    bool changed = false, drain_begins = false;
    {
        std::lock_guard<std::mutex> hold(mail_mutex_);
        if (mail_waiting_) {
            posts = std::move(mail_);
            mail_.clear();
            mail_waiting_ = false;
            changed = true;
        }
        drain_begins = drain_asked_ && !draining_;
        drain_until_ = drain_asked_until_;  // asked again, it may be sooner
    }
    if (changed && !draining_) adopt(std::move(posts));
    if (drain_begins) begin_drain();
}

// A listener that stays keeps its socket, and so the connections waiting in its backlog.
void Loop::adopt(std::vector<Post> posts) {
    for (auto& door : doors_) {
        poller_.remove(door->post.listener->fd());
        door->closed = true;
        old_doors_.push_back(std::move(door));
    }
    doors_.clear();
    for (Post& post : posts) {
        auto door = std::make_unique<Door>();
        door->counted = std::make_shared<Counting>(post.handler, counters_.requests);
        door->post = std::move(post);
        Result<void> added = poller_.add_level(door->post.listener->fd(), door.get());
        if (!added.ok()) parts_.log.error("listener_lost", {{"address", door->post.listener->address().text()}, {"why", added.error().text()}});
        doors_.push_back(std::move(door));
    }
    paused_ = false;
}

void Loop::begin_drain() {
    draining_ = true;
    adopt({});
    std::vector<Connection*> all;
    for (auto& connection : connections_) all.push_back(connection.get());
    for (Connection* connection : all)
        if (!connection->closing) apply(*connection, connection->drain());
}

void Loop::accept_from(Door& door) {
    for (int i = 0; i < limits::kAcceptsPerWake; i++) {
        net::Accepted accepted = door.post.listener->accept();
        if (!accepted.fd) {
            if (!accepted.none_waits()) cannot_accept(accepted);
            return;
        }
        admit(door, std::move(accepted));
    }
}

// Out of descriptors or kernel memory: the longest idle makes room. When nobody is idle, or it is something else, listening
// rests for a moment, for a level-triggered listener that cannot be accepted from would spin.
void Loop::cannot_accept(const net::Accepted& refused) {
    if (refused.out_of_room() && make_room()) return;
    if (paused_) return;
    paused_ = true;
    paused_since_ = space_.now;
    for (auto& door : doors_) poller_.pause(door->post.listener->fd());
    parts_.log.warn("accept_paused", {{"why", Error::system("accept", refused.error).text()}, {"open", connections_.size()}});
}

Connection* Loop::slowest() {
    Connection* found = nullptr;
    net::DeadlineNode* node = deadlines_.slow.oldest();
    for (int i = 0; node && i < limits::kSlowCompared; i++, node = deadlines_.slow.after(*node)) {
        auto* connection = static_cast<Connection*>(node);
        if (!found || connection->taken() < found->taken()) found = connection;
    }
    return found;
}

// Who listens to events comes again; a download that is passed on would have to begin again.
Connection* Loop::oldest_listener() {
    net::DeadlineNode* node = deadlines_.streaming.oldest();
    for (int i = 0; node && i < limits::kSlowCompared; i++, node = deadlines_.streaming.after(*node))
        if (!static_cast<Connection*>(node)->keeps_time()) return static_cast<Connection*>(node);
    return nullptr;
}

// The longest idle goes first; then those that take longest to say what they want; then the slowest of the slow takers.
// Who is being answered and takes it stays.
bool Loop::make_room() {
    net::DeadlineNode* victim = nullptr;
    for (net::DeadlineList* list : {&deadlines_.asleep, &deadlines_.idle, &deadlines_.linger, &deadlines_.head,
                                    &deadlines_.handshake, &deadlines_.body, &deadlines_.streaming})
        if (!victim) victim = list == &deadlines_.streaming ? oldest_listener() : list->oldest();
    if (!victim) victim = slowest();
    if (!victim) victim = deadlines_.streaming.oldest();
    if (!victim) return false;
    counters_.evicted.fetch_add(1, std::memory_order_relaxed);
    auto& connection = *static_cast<Connection*>(victim);
    connection.leave_early();
    close(connection);
    return true;
}

// Another loop may be quicker to take the place that one of ours was shown out of.
bool Loop::take_place() {
    for (int i = 0; i < 3; i++) {
        if (parts_.places->take(connections_.size())) return true;
        if (!make_room()) return false;
    }
    return false;
}

void Loop::admit(Door& door, net::Accepted accepted) {
    Connection::Parts made;
    made.peer = accepted.peer.host();
    made.trusted = door.post.trusted;
    made.place = ClientPlace(parts_.clients, parts_.max_per_client);
    const bool of_proxy = made.trusted && contains(made.trusted->networks, made.peer);
    // A proxy's connections are those of many. Whom the cap refuses must not have pushed out another before.
    const bool entered = of_proxy || made.place.take(client_key(accepted.peer));
    if (!entered || !take_place()) {
        counters_.refused.fetch_add(1, std::memory_order_relaxed);
        return;  // the descriptor closes: nothing is promised that cannot be kept
    }
    int fd = accepted.fd.get();
    if (door.post.tells_local) made.local = local_host(fd);
    made.local_port = door.post.listener->address().port();
    made.handler = door.counted;
    made.access = access_.get();
    made.counts = door.post.counts;
    made.max_body = door.post.max_body;
    made.refusal = door.post.refusal;
    made.session = http::make_h1_session(space_.requests, made.max_body, made.refusal);
    std::unique_ptr<net::Stream> socket = std::make_unique<net::SocketStream>(std::move(accepted.fd));
    if (of_proxy && made.trusted->announce) {
        auto announced = std::make_unique<net::AnnouncedStream>(std::move(socket));
        made.announced = announced.get();
        socket = std::move(announced);
    }
    if (door.post.tls) {
        auto secured = std::make_unique<tls::TlsStream>(std::move(socket), door.post.tls, space_.tls);
        made.tls = secured.get();
        made.stream = std::move(secured);
    } else {
        made.stream = std::move(socket);
    }
    auto connection = std::make_unique<Connection>(std::move(made), space_, deadlines_);
    Result<void> added = poller_.add(fd, connection.get());
    if (!added.ok()) {
        parts_.log.warn("connection_lost", {{"why", added.error().text()}});
        parts_.places->give_back(connections_.size());
        return;
    }
    connection->index = connections_.size();
    connections_.push_back(std::move(connection));
    counters_.accepted.fetch_add(1, std::memory_order_relaxed);
    counters_.open.store(connections_.size(), std::memory_order_relaxed);
    // epoll reports what has arrived meanwhile: no read is tried before the first event
}

}  // namespace postern::front
