// Counts what this test program allocates with operator new, all threads together.
#pragma once

#include <atomic>
#include <cstddef>

namespace postern::front_tests {

extern std::atomic<std::size_t> allocations;

}  // namespace postern::front_tests
