// What became of a request, for who keeps an access log. A session tells it on the loop's thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace postern::http {

struct Request;
struct Context;

// Views live as long as the call.
struct Answered {
    const Request* request = nullptr;  // null: what came was no request, or not all of one
    std::string_view line;             // then what came of its first line; may be empty
    std::uint16_t status = 0;
    std::uint64_t body_size = 0;       // of the answer, as it is meant to be sent
    std::string_view user{};           // who asked, where he has shown a password
    std::string_view id{};             // of the request, where it has one
};

class AccessObserver {
public:
    virtual ~AccessObserver() = default;
    virtual void answered(const Answered& answered, const Context& context) = 0;  // must neither block nor throw
};

}  // namespace postern::http
