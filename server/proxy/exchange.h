// One request that is passed on, from the choice of an upstream to the end of its answer. Held by what the session has of it (its
// Later, its LiveSource, its BodySink): when they are gone the client is, and the upstream's connection closes.
#pragma once

#include <memory>
#include <string>

#include "server/http/handler.h"
#include "server/proxy/answer_body.h"
#include "server/proxy/pool.h"
#include "server/proxy/request_text.h"
#include "server/proxy/response_head.h"
#include "server/proxy/upload.h"

namespace postern::proxy {

// What is to be passed on. All of it is copied: the request itself is gone by then.
struct Passing {
    std::string client;               // who asks, his address
    bool named = false;               // the request has an X-Request-Id of ours
    std::string method, path, query;  // `path` settled; `query` with its '?', or empty
    std::string tail;                 // request_tail()
    std::string body;                 // what of the body is there
    std::string prefix;               // of the route
    bool to_head = false;
    bool idempotent = false;          // may be sent again (RFC 9110 section 9.2.2)
    BodyForm upload = BodyForm::kNone;  // what follows `body`
    std::uint64_t most_upload = 0;    // bytes; 0: no limit
    std::string upgrade;              // to which protocol; empty: to none
    bool last = false;  // goes over a connection of its own
};

class Exchange final : public std::enable_shared_from_this<Exchange>, private WireUser {
public:
    Exchange(std::shared_ptr<Pool> pool, http::Rouser& rouser, Passing passing);
    ~Exchange() override;
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    // The answer, where it is there at once, or the promise of one.
    static http::Response start(const std::shared_ptr<Pool>& pool, http::Rouser& rouser, Passing passing);

    // As http::Later::take.
    bool take(http::Response& into);
    // As http::LiveSource.
    std::size_t read(char* into, std::size_t room);
    bool ended() const { return at_ == At::kDone; }
    bool broke() const { return broke_; }
    // As http::BodySink.
    std::size_t room() const;
    void put(std::string_view bytes);
    void push();
    void put_end();

private:
    enum class At : std::uint8_t {
        kGathering,  // the first piece of the body: a slow client holds no connection
        kConnecting,
        kSending,  // the head, with what of the body was there
        kHead,     // of the answer is awaited; the rest of the request may still be going
        kAnswer,   // its head is there; the body is, or it is read as the client takes it
        kDone,
    };

    void moved() override;
    void timed_out() override;
    void next_upstream();
    bool open(std::size_t index);
    void advance();
    bool finish_connect();
    bool send_text();
    void read_head();
    bool take_head();
    void settle_answer(std::string begun);
    void collect();
    void attempt_failed(std::uint16_t status, const std::string& why);
    void fail(std::uint16_t status);
    void drop_wire();
    void end_answer(bool clean);
    bool can_upload() const { return at_ == At::kHead || at_ == At::kAnswer; }
    bool awaits_client() const;
    void set_time(bool moved);
    std::string request_text() const;

    std::shared_ptr<Pool> pool_;
    http::Rouser& rouser_;
    Passing passing_;
    std::unique_ptr<Wire> wire_;
    std::string text_;  // what is being sent, then what came of the answer's head
    std::size_t sent_ = 0;
    ResponseHead head_;
    AnswerBody body_;
    Upload upload_;
    std::string whole_;  // a small body
    std::uint64_t uploaded_ = 0;
    std::uint32_t tried_ = 0;
    At at_ = At::kGathering;
    std::uint8_t interim_ = 0;  // answers before the answer
    std::uint16_t failure_ = 0;
    bool may_be_kept_ = false;  // a wire at rest will do
    bool ready_ = false;        // take() has something
    bool whole_answer_ = false;
    bool tunnel_ = false;
    bool broke_ = false;
};

}  // namespace postern::proxy
