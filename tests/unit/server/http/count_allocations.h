// Counts what the program allocates, by replacing operator new. To be included by exactly one file of a program.
#pragma once

#include <atomic>
#include <cstdlib>
#include <new>

inline std::atomic<long> g_allocations{0};

// Not inlined: g++ would see malloc paired with delete and warn.
// NOLINTBEGIN(misc-definitions-in-headers, cppcoreguidelines-no-malloc, cppcoreguidelines-owning-memory)
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++g_allocations;
    if (void* at = std::malloc(size)) return at;
    throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++g_allocations;
    return std::malloc(size);
}
[[gnu::noinline]] void operator delete(void* at) noexcept { std::free(at); }
[[gnu::noinline]] void operator delete(void* at, std::size_t) noexcept { std::free(at); }
// NOLINTEND(misc-definitions-in-headers, cppcoreguidelines-no-malloc, cppcoreguidelines-owning-memory)
