// One event loop: a thread with its own poller, listeners, connections and handlers. Shares nothing mutable with the other
// loops but the client table, the places and, through a mailbox, what it is told to listen on.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/thread.h"
#include "server/front/access_log.h"
#include "server/front/client_table.h"
#include "server/front/connection.h"
#include "server/front/endpoint.h"
#include "server/front/places.h"
#include "server/front/post.h"
#include "server/front/residents.h"
#include "server/net/listener.h"
#include "server/net/poller.h"
#include "server/net/wakeup.h"

namespace postern::front {

class Loop {
public:
    struct Parts {
        const Clock& clock;
        Log& log;
        std::shared_ptr<ClientTable> clients;
        std::shared_ptr<Places> places;
        std::size_t max_per_client = 0;
        std::size_t max_held_open = 0;  // of this loop
        std::shared_ptr<AccessLog> access;  // null: none
    };

    static Result<std::unique_ptr<Loop>> make(Parts parts);
    ~Loop();  // stops at once

    void start();
    void serve(std::vector<Post> posts);  // any thread: replaces what is listened on; connections keep what they have
    void drain(Millis limit);             // any thread: no new connections, answers under way are finished
    void join();                          // after drain()
    void add_to(Stats& total) const;

private:
    struct Door;  // a Post registered with the poller
    class Counting;
    struct Bell;  // the wakeup, as handlers' helpers know it
    Loop(Parts parts, net::Poller poller, net::Wakeup wakeup);

    void run();
    void take_mail();
    void adopt(std::vector<Post> posts);
    void begin_drain();
    void accept_from(Door& door);
    void admit(Door& door, net::Accepted accepted);
    bool make_room();
    bool take_place();
    void cannot_accept(const net::Accepted& refused);
    void handle_event(const net::Poller::Event& event);
    void let_in();
    void run_queued();
    void run_handshakes();
    void run_waiting();
    void apply(Connection& connection, Connection::Turn turn);
    void close(Connection& connection);
    void expire(), expire(net::DeadlineList& list);
    void judge_pace(net::DeadlineList& list);
    Connection* slowest();
    Connection* oldest_listener();
    void trim();
    Millis until_next() const;
    void note_handshake(Connection& connection);
    void tell_badly_announced(const Connection& connection);
    Door* door_of(const void* owner) const;

    Parts parts_;
    net::Poller poller_;
    net::Wakeup wakeup_;
    LoopSpace space_;
    Residents residents_{poller_, space_};
    Deadlines deadlines_;
    std::unique_ptr<AccessBuffer> access_;
    std::vector<std::unique_ptr<Door>> doors_, old_doors_;
    std::vector<Door*> knocking_;  // in this turn
    std::vector<std::unique_ptr<Connection>> connections_;
    std::vector<std::unique_ptr<Connection>> graveyard_;  // events of this round may still name them
    std::vector<Connection*> working_;                    // of the queue, in this turn
    std::deque<Connection*> shaking_;                     // those whose handshake can get on
    bool paused_ = false;                                 // listeners, for want of descriptors
    std::size_t freed_ = 0;  // connections closed or put to sleep since memory was last given back
    SteadyTime paused_since_{}, trimmed_at_{}, announce_told_{};

    std::mutex mail_mutex_;  // guards these five
    std::vector<Post> mail_;
    bool mail_waiting_ = false;
    bool drain_asked_ = false;
    SteadyTime drain_asked_until_{};

    bool draining_ = false;  // from here on the loop's own again
    SteadyTime drain_until_{};

    struct Counters {
        std::atomic<unsigned long long> accepted{0}, refused{0}, evicted{0}, open{0}, requests{0},
            failed_handshakes{0}, timeouts{0};
        std::array<std::atomic<unsigned long long>, 4> handshakes_by{};
    } counters_;
    Thread thread_;
};

}  // namespace postern::front
