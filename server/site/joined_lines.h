// Header lines of a handler in front of those that the handlers behind it have: made once for each that these were lately, for a
// response only views its lines.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace postern::site {

class JoinedLines {
public:
    // Whole lines, each with its CR LF; or none.
    void set(std::string own) {
        if (own == own_) return;
        own_ = std::move(own);
        known_ = {};
    }

    // What set() got and then `behind`. Good until two others were asked for, or set() was called.
    std::string_view before(std::string_view behind) {
        if (own_.empty()) return behind;
        if (behind.empty()) return own_;
        for (const Pair& one : known_)
            if (one.behind == behind) return one.both;
        Pair& next = known_[turn_++ % known_.size()];
        next.behind = behind;
        next.both = own_ + next.behind;
        return next.both;
    }

private:
    struct Pair {
        std::string behind, both;
    };

    std::string own_;
    std::array<Pair, 2> known_;
    std::size_t turn_ = 0;
};

}  // namespace postern::site
