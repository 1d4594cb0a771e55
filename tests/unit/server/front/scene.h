// One connection over a pipe, with a session that does what the test says.
#pragma once

#include <string>
#include <utility>

#include "server/base/limits.h"
#include "server/front/connection.h"
#include "tests/fakes/pipe_stream.h"
#include "tests/unit/server/front/script_session.h"

namespace postern::front_tests {

using Turn = front::Connection::Turn;

class NoHandler final : public http::Handler {
    http::Response handle(const http::Request&, const http::Context&) override { return {}; }
};

struct Scene {
    front::LoopSpace space;
    front::Deadlines deadlines;
    fakes::Pipe pipe;
    ScriptSession* session = nullptr;
    front::Connection connection;

    Scene() : connection(parts(), space, deadlines) {}
    front::Connection::Parts parts() {
        front::Connection::Parts made;
        made.stream = std::make_unique<fakes::PipeStream>(pipe);
        auto scripted = std::make_unique<ScriptSession>();
        session = scripted.get();
        made.session = std::move(scripted);
        made.handler = std::make_shared<NoHandler>();
        made.peer = "192.0.2.1";
        return made;
    }
    Turn arrive(std::string_view bytes, bool ended = false) {
        pipe.arrive(bytes);
        pipe.ended = pipe.ended || ended;
        return connection.run({true, ended});
    }
    // As the loop does it: until the connection waits. How many turns that took.
    int turns(Turn turn) {
        int count = 1;
        while (turn == Turn::kAgain && count++ < 1000) turn = connection.run({});
        last = turn;
        return count;
    }
    void later(int ms) { space.now += Millis(ms); }
    bool in(net::DeadlineList& list) { return list.oldest() == &connection; }

    Turn last = Turn::kWait;
};

}  // namespace postern::front_tests
