// Lives several devices at a time, each life in one of some processes: a life is a world of its own and needs no locks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "tests/sim/oracle.h"

namespace postern::sim {

struct Lived {
    std::uint64_t seed = 0;
    bool failed = false;
    Figures figures;
};

class Abreast {
public:
    // Lives of the seeds from `from` on, `count` of them, in `jobs` processes (1 or more).
    Abreast(std::uint64_t from, std::uint64_t count, int years, unsigned jobs);
    ~Abreast();  // ends what still runs
    Abreast(const Abreast&) = delete;
    Abreast& operator=(const Abreast&) = delete;

    // The next one in the order of the seeds; nothing after the last. A process that died has failed all that it owed.
    std::optional<Lived> next();

    // Ends it: processor time in seconds that the processes have taken. A life behind the last next() may be cut short.
    double processor_time();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace postern::sim
