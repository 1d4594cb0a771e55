// In a file of its own: seen together with its callers the compiler takes malloc and operator delete for a mismatch.
#include "tests/unit/server/front/counting_new.h"

#include <cstdlib>
#include <new>

namespace postern::front_tests {

std::atomic<std::size_t> allocations{0};

}  // namespace postern::front_tests

void* operator new(std::size_t size) {
    postern::front_tests::allocations.fetch_add(1, std::memory_order_relaxed);
    if (void* block = std::malloc(size ? size : 1)) return block;
    throw std::bad_alloc();
}
void* operator new[](std::size_t size) { return operator new(size); }
void operator delete(void* block) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t) noexcept { std::free(block); }
