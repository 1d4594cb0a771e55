// A live body for tests, which says what it is told to, piece by piece; and text that compresses as pages do.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "server/http/live.h"
#include "server/http/rouser.h"

namespace postern::site::test {

struct Script {
    std::deque<std::string> pieces;  // one for each reading; an empty one: none there yet
    bool ended = false, failed = false;
    std::size_t read = 0;  // bytes that were taken
};

class Said final : public http::LiveSource {
public:
    explicit Said(std::shared_ptr<Script> script) : script_(std::move(script)) {}
    std::size_t read(char* into, std::size_t room) override {
        if (script_->pieces.empty()) return 0;
        std::string& piece = script_->pieces.front();
        const std::size_t size = std::min(room, piece.size());
        std::copy_n(piece.begin(), size, into);
        piece.erase(0, size);
        if (piece.empty()) script_->pieces.pop_front();
        script_->read += size;
        return size;
    }
    bool ended() const override { return script_->pieces.empty() && script_->ended; }
    bool failed() const override { return script_->pieces.empty() && script_->failed; }
    bool keeps_time() const override { return true; }

private:
    std::shared_ptr<Script> script_;
};

class Roused final : public http::Rouser {
public:
    void rouse() override { ++count; }
    std::uint64_t turn() const override { return number; }
    int count = 0;
    std::uint64_t number = 1;
};

inline std::string page(std::size_t size) {
    std::string text;
    for (std::uint32_t i = 1; text.size() < size; i = i * 1664525 + 1013904223)
        text += i % 3 == 0 ? "<p class=\"entry\">" : "word" + std::to_string(i >> 20) + ' ';
    text.resize(size);
    return text;
}

inline std::string noise(std::size_t size) {
    std::string text;
    for (std::uint64_t i = 88172645463325252u; text.size() < size; i ^= i << 13, i ^= i >> 7, i ^= i << 17) text += static_cast<char>(i >> 32);
    return text;
}

}  // namespace postern::site::test
