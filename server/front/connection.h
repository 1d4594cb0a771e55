// One connection: a Stream below, a Session above, and the bytes between them. Decides what happens next; knows neither
// the poller nor the loop that owns it.
#pragma once

#include <memory>
#include <string>

#include "server/front/client_table.h"
#include "server/front/endpoint.h"
#include "server/front/loop_space.h"
#include "server/front/ready.h"
#include "server/http/h1_session.h"
#include "server/net/announced_stream.h"
#include "server/tls/tls_stream.h"

namespace postern::front {

class Connection final : public net::DeadlineNode, private http::Rouser {
public:
    // What the loop should do after a turn.
    enum class Turn : unsigned char {
        kWait,   // until the next event or deadline
        kAgain,  // there is more to do; others first
        kClose,  // destroy it
    };

    struct Parts {
        std::unique_ptr<net::Stream> stream;
        tls::TlsStream* tls = nullptr;  // the same stream, when it speaks TLS
        net::AnnouncedStream* announced = nullptr;  // the same, or below it, where a PROXY header comes first
        std::unique_ptr<http::Session> session;  // HTTP/1.1's; where the handshake says h2, another takes its place
        std::size_t max_body = 0;                // for that one, as is the next
        http::Refusal refusal = http::refuse_by_page;
        std::shared_ptr<http::Handler> handler;  // pinned: a reload does not change it
        http::AccessObserver* access = nullptr;  // the loop's, or none
        http::AnswerCounts* counts = nullptr;    // of the listener on this loop, or none
        std::string peer;
        std::string local;  // our address, if the endpoint tells it
        ClientPlace place;
        std::shared_ptr<const TrustedProxies> trusted;  // that the peer may be one of; null: nobody is
        std::uint16_t local_port = 0;
    };

    Connection(Parts parts, LoopSpace& space, Deadlines& deadlines);
    ~Connection() override;

    void note(Ready ready);  // remembered for the next run()
    Turn run(Ready ready);  // after an event, or (with nothing ready) after kAgain
    Turn time_out();        // its deadline passed
    bool stays_on();        // or did not: what it waits for keeps its own time
    bool keeps_time() const { return parts_.session->keeps_time(); }
    Turn drain();           // no further requests; closes when those that arrived are answered
    void sleep();           // idle for a while: gives back what memory it can
    bool keeps_pace();      // its pace window is over; if it does, the next one begins
    void leave_early();     // says what is proper before it is closed from outside
    bool multiplexes() const { return parts_.session->multiplexes(); }
    bool secure() const { return parts_.tls != nullptr; }
    bool handshake_resumed() const { return parts_.tls != nullptr && parts_.tls->resumed(); }
    bool handshake_is_tls13() const { return parts_.tls != nullptr && parts_.tls->is_tls13(); }
    bool handshake_done() const { return established_; }
    std::string failure() const;  // of the handshake, or what came instead of the PROXY header, which is:
    bool badly_announced() const;
    const std::string& peer() const { return parts_.peer; }
    std::uint64_t taken() const { return taken_; }  // bytes in its last pace window

    std::size_t index = 0;  // this and the next line: the loop's bookkeeping
    bool closing = false, queued = false, shaking = false, counted_handshake = false, turned_away = false;

private:
    enum class Place : unsigned char { kHandshake, kHead, kBody, kWaiting, kStreaming, kIdle, kAsleep, kWriting, kSlow, kLinger };
    enum class Step : unsigned char { kMore, kWait, kBlocked, kClose };  // kBlocked: until the peer takes more

    void rouse() override;
    std::uint64_t turn() const override { return space_.turn; }
    Step take_input(http::Output& out);
    Step feed(std::string_view bytes, http::Output& out);
    Step push(std::string_view& bytes);
    Step send(std::string_view bytes);
    Step send_unsent();
    Step send_rest();
    Step one_round();
    Step multiplexed_round();
    bool begin();
    bool introduce();
    Turn late_streams();
    Step rest_between_events();
    bool more_to_do() const;
    bool has_input() const;
    void say_goodbye();
    Turn finish();
    Turn linger();
    Turn settle(Step step);
    void enter(Place place);
    static ConnectionState state_of(Place place);
    Place place_by_phase() const;
    bool renews(Place next);
    void settle_place(bool blocked);
    bool is_writing() const { return place_ == Place::kWriting || place_ == Place::kSlow; }
    http::Context context();

    Parts parts_;
    LoopSpace& space_;
    Deadlines& deadlines_;
    std::string pending_;  // plaintext that the stream would not take yet
    std::size_t pending_sent_ = 0;
    std::string unfed_;    // input that the session had no room to answer yet
    std::uint64_t delivered_ = 0;  // by the stream, when the pace window began
    std::uint64_t taken_ = 0;
    Place place_ = Place::kHandshake;
    bool established_ = false;
    bool input_open_ = true;
    bool answered_ = false;  // at least one response was produced: an idle connection, not a silent one
    bool readable_ = false;  // the poller said so and no read has denied it since; it will not say it twice
    bool ended_ = false;     // likewise that the end of input is there to be read
    bool broken_ = false;    // there is no peer any more
    bool moved_ = false;     // the peer took bytes in this turn
    bool draining_ = false, introduced_ = false, of_proxy_ = false;  // the last: his word counts
};

}  // namespace postern::front
