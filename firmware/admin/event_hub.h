// What happens, told as it happens to the pages that are open (text/event-stream, WHATWG HTML section 9.2): one ring in RAM for
// all of them, and for each no more than its place in it. Nothing of it touches the flash.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "server/http/live.h"

namespace postern::http {
class Waker;
}

namespace postern::admin {

// Thread-safe. Outlives the listeners that it makes.
class EventHub {
public:
    static constexpr std::size_t kRing = 64 * 1024;  // bytes of events that are kept for who is late or comes again
    static constexpr std::size_t kListeners = 100;   // at one time

    EventHub();
    ~EventHub();

    // Tells all. `name` of letters, digits and '-'; `data` without line breaks (JSON on one line), at most kRing / 4 bytes,
    // else it is left out. Kept though nobody listens: who comes again asks for what was told since.
    void tell(std::string_view name, std::string_view data);

    // Says something empty, so that who has gone is noticed and what stands between does not end a quiet stream. To be
    // called at least every 30 s (limits::kStreamQuiet).
    void beat();

    // A new listener; null when there are kListeners. `after`: the id of the last event it has seen; those since then come
    // first, as far as they are kept. 0: only what is told from now on. `welcome` is asked before anything is said, on the
    // loop's thread; once it says no, the stream ends.
    std::unique_ptr<http::LiveSource> listen(const http::Waker& waker, std::uint64_t after, std::function<bool()> welcome);

    std::size_t listeners() const;

private:
    class Listener;
    struct Ring;
    std::shared_ptr<Ring> ring_;
};

}  // namespace postern::admin
