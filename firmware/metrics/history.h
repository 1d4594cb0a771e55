// What the server did, by minutes for an hour and by quarters of an hour for a day: for the graphs of the admin page. In RAM
// alone and of a fixed size; a restart begins anew. Fed by the housekeeper, who comes every few seconds. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "server/base/clock.h"

namespace postern::metrics {

// Since the start, but for `connections`, which are open now.
struct Totals {
    std::uint64_t requests = 0, handshakes = 0, connections = 0, errors = 0;
};

enum class Span : unsigned char { kHour, kDay };

// Whole steps, the oldest first; fewer than there will be in the first hour or day. `connections` are the most at one time.
struct Series {
    Seconds step{};
    std::vector<std::uint32_t> requests, handshakes, connections, errors;
};

class History {
public:
    static constexpr std::size_t kMinutes = 60, kQuarters = 96;

    // `now` must not go backwards. The first call is the beginning.
    void sample(SteadyTime now, const Totals& totals);
    Series series(Span span) const;

private:
    struct Step {
        std::uint32_t requests = 0, handshakes = 0, connections = 0, errors = 0;
    };
    template <std::size_t kSteps>
    struct Ring {
        std::array<Step, kSteps> steps{};
        std::size_t next = 0, size = 0;
        SteadyTime begun{};  // of the step that is not over
        Totals before{};     // when it began
        std::uint32_t most = 0;
        void sample(Millis length, SteadyTime now, const Totals& totals);
        void push(const Step& step);
    };

    bool begun_ = false;
    Ring<kMinutes> hour_;
    Ring<kQuarters> day_;
};

static_assert(sizeof(History) < 2800);  // 156 steps of 16 bytes, and where it stands

}  // namespace postern::metrics
