// Files and upstreams that the answers of one loop hold open, in all, besides limits::kH2Open for each connection: so that who
// lets many of his answers wait does not take the descriptors of all others. Who finds no place stands in line, a connection once:
// one place that is given back wakes one of them, and nobody who comes later takes it away from him. Used by h2_session; knows
// neither streams nor the loop. Not thread-safe: one a loop.
#pragma once

#include <cstddef>
#include <limits>

#include "server/http/rouser.h"

namespace postern::http {

class OpenShare;

class OpenPlaces {
public:
    OpenPlaces() = default;
    OpenPlaces(const OpenPlaces&) = delete;
    OpenPlaces& operator=(const OpenPlaces&) = delete;

    void set_most(std::size_t most) { most_ = most; }
    std::size_t held() const { return held_; }

private:
    friend class OpenShare;
    bool has_free() const { return held_ + promised_ < most_; }
    void pass_on();

    std::size_t held_ = 0, promised_ = 0;  // the latter: to those who were woken and have not come yet
    std::size_t most_ = std::numeric_limits<std::size_t>::max();
    OpenShare* first_ = nullptr;           // in line; each sits in its connection
    OpenShare* last_ = nullptr;
};

// What one connection has of them. Gives all back, and leaves the line, when it goes.
class OpenShare {
public:
    explicit OpenShare(OpenPlaces& places) : places_(places) {}
    ~OpenShare();
    OpenShare(const OpenShare&) = delete;
    OpenShare& operator=(const OpenShare&) = delete;

    // While others are in line there is none but for who was woken.
    bool may_take() const { return promised_ || places_.has_free(); }
    // It has so many now; more than before only where may_take().
    void hold(std::size_t count);
    // At the line's end, if it is not in it: `who` is roused, once, when there is a place for it. Null: nobody can be.
    void wait(Rouser* who);
    // It wants none: a place that was promised goes to the next in line.
    void leave();

private:
    friend class OpenPlaces;
    bool in_line() const { return who_ != nullptr; }
    void unlink();
    void take_back_promise();

    OpenPlaces& places_;
    std::size_t held_ = 0;
    bool promised_ = false;
    Rouser* who_ = nullptr;  // while it is in line
    OpenShare* before_ = nullptr;
    OpenShare* after_ = nullptr;
};

}  // namespace postern::http
