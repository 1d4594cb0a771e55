// The latest lines of a stream in a fixed piece of memory; the oldest make room. Nothing is allocated when a line comes.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

class LineRing {
public:
    explicit LineRing(std::size_t bytes);  // at least 1
    // Any thread.  Whole lines, each with its newline; of more than fits the end stays.
    void write(std::string_view lines);
    // Any thread.  At most so many, the newest last, without newlines; one whose beginning has made room is left out.
    std::vector<std::string> recent(std::size_t most) const;

private:
    std::string held() const;  // from the oldest byte on; mutex_ is held

    const std::size_t capacity_;
    mutable std::mutex mutex_;      // of all below
    std::unique_ptr<char[]> bytes_;  // not written before lines come: untouched pages cost nothing
    std::size_t end_ = 0;           // where the next byte goes
    bool wrapped_ = false;          // all of bytes_ holds something
};

}  // namespace postern
