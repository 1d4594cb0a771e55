// Byte ranges (RFC 9110 section 14): which parts of a representation a request asks for. Used by handlers that know its
// size and validators; knows nothing of how parts are sent.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "server/base/limits.h"
#include "server/http/conditional.h"
#include "server/http/message.h"

namespace postern::http {

// At least one byte, all of them inside the representation.
struct ByteRange {
    std::uint64_t first = 0, size = 0;

    std::uint64_t last() const { return first + size - 1; }
    std::uint64_t end() const { return first + size; }
    bool operator==(const ByteRange&) const = default;
};

class RangeSet {
public:
    enum class Kind : std::uint8_t {
        kWhole,          // nothing was asked, or nothing that counts: 200
        kParts,          // 206
        kUnsatisfiable,  // 416
    };
    Kind kind() const { return kind_; }
    // In the order in which they were asked for; no two of them touch. Of kParts: one at least.
    std::span<const ByteRange> parts() const { return {parts_.data(), count_}; }

    // `value`: of a Range field. What is not exactly "bytes=..." with well-formed parts is ignored, as section 14.2 lets us;
    // so is what has more than limits::kRanges parts that do not touch, which nobody needs who wants the content.
    static RangeSet parse(std::string_view value, std::uint64_t size);

private:
    bool add(ByteRange range);

    Kind kind_ = Kind::kWhole;
    std::size_t count_ = 0;
    std::array<ByteRange, limits::kRanges> parts_{};
};

// Range and If-Range of a request whose other conditions have come out as Condition::kSend: the last step of section
// 13.2.2. Only GET has ranges. `now` in seconds since 1970.
RangeSet select_ranges(const Request& request, const Validators& validators, std::uint64_t size, long long now);

std::string content_range(ByteRange range, std::uint64_t size);  // "bytes 0-9/100"
std::string content_range_of_none(std::uint64_t size);           // "bytes */100", for a 416

}  // namespace postern::http
