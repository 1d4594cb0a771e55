// A connection for tests: drives a session in chunks and through windows of any size.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "server/http/h1_session.h"

namespace postern::http::test {

// Says what it was asked; answers as `answer` does, 200 "ok" when there is none.
class Recorder final : public Handler {
public:
    Response handle(const Request& request, const Context&) override {
        auto text = [](std::string_view view) { return view.empty() ? std::string("-") : std::string(view); };
        if (!seen.empty()) seen += " | ";
        seen += std::string(request.method_text) + " " + text(request.path) + " " + text(request.host) + " " +
                text(request.query) + " " + text(request.body);
        ++count;
        if (answer) return answer(request);
        Response response;
        response.static_body = "ok";
        return response;
    }
    bool takes_body(const Request&) const override { return wants_bodies; }

    bool wants_bodies = false;
    std::string seen;
    int count = 0;
    std::function<Response(const Request&)> answer;
};

// One connection. The peer's bytes arrive in chunks, ours leave through a window of `room` bytes.
class Wire {
public:
    explicit Wire(std::size_t max_body = 0, std::size_t room = 65536) : Wire(nullptr, max_body, room) {}
    Wire(Handler* site, std::size_t max_body, std::size_t room)
        : session(make_h1_session(scratch, max_body)), window_(room, '\0'), site_(site) {
        context.wall = WallTime(Seconds(784111777));  // Sun, 06 Nov 1994 08:49:37 GMT
    }

    // Returns how many bytes were taken before the session closed.
    std::size_t send(std::string_view bytes, std::size_t chunk = std::string_view::npos) {
        std::size_t taken = 0;
        while (taken < bytes.size() && session->phase() != Phase::kClosing) {
            taken += once(bytes.substr(taken, std::min(chunk, bytes.size() - taken)));
        }
        drain();
        return taken;
    }

    std::size_t once(std::string_view bytes) {
        Output out(window_.data(), window_.size());
        const std::size_t taken = session->feed(bytes, site_ != nullptr ? *site_ : handler, context, out);
        sent += out.bytes();
        if (taken < bytes.size()) drain();
        return taken;
    }

    void drain() {
        for (bool done = false; !done;) {
            Output out(window_.data(), window_.size());
            done = session->produce(out);
            sent += out.bytes();
        }
    }

    void time_out() {
        Output out(window_.data(), window_.size());
        session->time_out(out, context);
        sent += out.bytes();
        drain();
    }

    std::string take() { return std::exchange(sent, {}); }

    Recorder handler;
    Context context;
    RequestScratch scratch;
    std::unique_ptr<Session> session;
    std::string sent;

private:
    std::string window_;
    Handler* site_;  // null: the recorder
};

inline int count_of(std::string_view text, std::string_view what) {
    int count = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++count;
    return count;
}

}  // namespace postern::http::test
