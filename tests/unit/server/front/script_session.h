// A session that does what the test says, letter by letter.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "server/http/session.h"

namespace postern::front_tests {

inline std::string letters(std::size_t size) {
    std::string all(size, '\0');
    for (std::size_t i = 0; i < size; i++) all[i] = static_cast<char>('a' + i % 26);
    return all;
}

constexpr std::size_t kInMemory = 3'000'000;

// "n" asks for n bytes of answer, "h" is half a head, "b" the start of a body that "e" completes, "c" an answer that closes,
// "x" a source that gives up after one byte, "r" and "R" a large answer that lies in memory; behind "R" the connection closes.
class ScriptSession final : public http::Session {
public:
    std::size_t feed(std::string_view in, http::Handler&, const http::Context&, http::Output& out) override {
        std::size_t taken = 0;
        while (taken < in.size() && produce(out) && out.room() > 0 && phase_ != http::Phase::kClosing) answer(in[taken++]);
        produce(out);
        return taken;
    }
    bool produce(http::Output& out) override {
        std::size_t n = std::min(left_, out.room());
        if (gives_up_) n = std::min<std::size_t>(n, std::exchange(once_, false) ? 1 : 0);
        for (std::size_t i = 0; i < n; i++) {
            *out.tail() = static_cast<char>('a' + made_++ % 26);
            out.advance(1);
        }
        left_ -= n;
        return left_ == 0;
    }
    std::string_view rest() const override { return left_ > 0 ? std::string_view(in_memory_).substr(in_memory_.size() - std::min(left_, in_memory_.size())) : ""; }
    void took(std::size_t bytes) override { left_ -= bytes; }
    void resume(const http::Context&, http::Output&) override {}
    http::Phase phase() const override { return left_ > 0 ? http::Phase::kWriting : phase_; }
    void no_more_requests() override {
        last_ = true;
        if (phase() == http::Phase::kIdle) phase_ = http::Phase::kClosing;
    }
    void time_out(http::Output& out, const http::Context&) override {
        if (phase() != http::Phase::kIdle) out.append("408");
        phase_ = http::Phase::kClosing;
    }
    void stand_back() override { ++stood_back; }

    int stood_back = 0;

private:
    void answer(char c) {
        in_memory_.clear();
        phase_ = last_ ? http::Phase::kClosing : http::Phase::kIdle;
        switch (c) {
            case 'h': phase_ = http::Phase::kHead; break;
            case 'b': phase_ = http::Phase::kBody; break;
            case 'e': left_ = 3; break;
            case 's': left_ = 10; break;
            case 'm': left_ = 100000; break;
            case 'l': left_ = 1000000; break;
            case 'c': left_ = 5, phase_ = http::Phase::kClosing; break;
            case 'R': phase_ = http::Phase::kClosing; [[fallthrough]];
            case 'r': in_memory_ = letters(kInMemory), left_ = kInMemory, made_ = 0; break;
            case 'x': left_ = 10, gives_up_ = true; break;
            default: break;
        }
    }
    http::Phase phase_ = http::Phase::kIdle;
    std::size_t left_ = 0, made_ = 0;
    std::string in_memory_;
    bool last_ = false, gives_up_ = false, once_ = true;
};

}  // namespace postern::front_tests
