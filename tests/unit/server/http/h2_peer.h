// A client for tests: nghttp2's own, and frames made by hand, before one of our HTTP/2 sessions.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http/h2_session.h"
#include "tests/unit/server/http/wire.h"

struct nghttp2_session;

namespace postern::http::test {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct SeenFrame {
    int type = 0, flags = 0;
    std::uint32_t stream = 0;
    std::string payload;
    std::uint32_t code() const;  // of RST_STREAM and GOAWAY
};

struct H2Answer {
    int status = 0;
    std::vector<int> interim;
    std::map<std::string, std::string> fields;
    std::string body;
    bool complete = false;               // END_STREAM came
    std::optional<std::uint32_t> reset;  // the code
};

class H2Peer {
public:
    explicit H2Peer(std::size_t max_body = 0, std::size_t room = 65536, std::uint32_t window = 65535);
    ~H2Peer();
    H2Peer(const H2Peer&) = delete;
    H2Peer& operator=(const H2Peer&) = delete;

    // A whole request, or its head; what of it is to be sent goes with the next talk().
    std::uint32_t ask(const std::string& method, const std::string& path, const Pairs& more = {}, bool ends = true);
    std::uint32_t ask(const Pairs& fields, bool ends = true);
    void say(std::uint32_t id, const std::string& body, bool ends = true);
    void reset(std::uint32_t id);
    void ping();
    void open_window(std::uint32_t id, int more);

    void talk(std::size_t chunk = std::string::npos);  // both ways, until neither has anything to say
    void raw(std::string_view bytes);     // to the server as they are; from then on its output goes to `seen` alone
    const SeenFrame* find(int type, std::uint32_t stream = 0) const;  // the last such frame
    void wake();                          // as the loop does when something has come
    void time_out();
    void pass(Millis time) { context.now += time; }
    const H2Answer& of(std::uint32_t id) { return answers[id]; }

    Recorder handler;
    Context context;
    RequestScratch scratch;
    std::unique_ptr<Session> session;
    std::map<std::uint32_t, H2Answer> answers;
    std::optional<std::uint32_t> goaway;  // the code
    int pongs = 0;
    std::vector<SeenFrame> seen;
    bool lost = false;                    // the client found fault with what it was sent
    std::size_t sent = 0;                 // bytes of the server

private:
    struct Calls;
    void take_from_server(std::string_view bytes);
    void give(std::string_view bytes);

    nghttp2_session* client_ = nullptr;
    std::map<std::uint32_t, std::string> bodies_;
    std::map<std::uint32_t, bool> ends_;
    std::size_t room_;
    std::string unparsed_;
    bool raw_ = false;
};

// Frames by hand (RFC 9113 section 4.1), and a literal field without indexing (RFC 7541 section 6.2.2).
std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, std::string_view payload);
std::string literal(std::string_view name, std::string_view value);
std::string head_of(const Pairs& fields);
inline constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
enum : std::uint8_t { kData = 0, kHeaders = 1, kPriority = 2, kReset = 3, kSettings = 4, kPush = 5, kPing = 6, kGoaway = 7, kWindow = 8, kContinuation = 9 };

}  // namespace postern::http::test
