#include "server/base/block_pool.h"

#include <cstdlib>
#include <utility>

#include "server/base/limits.h"

namespace postern {

namespace {

constexpr std::size_t kLeast = 64;

// Which shelf a block of that size stands on; `shelves` or more: on none.
std::size_t shelf_of(std::size_t size) {
    std::size_t shelf = 0;
    for (std::size_t holds = kLeast; holds < size; holds *= 2) ++shelf;
    return shelf;
}

}  // namespace

// NOLINTBEGIN(cppcoreguidelines-no-malloc, cppcoreguidelines-owning-memory): it stands before them
BlockPool::~BlockPool() { drop_kept(); }

void* BlockPool::get(std::size_t size) {
    const std::size_t shelf = size <= kLeast << (kShelves - 1) ? shelf_of(size) : kShelves;
    if (shelf == kShelves) return std::malloc(size);
    Shelf& from = shelves_[shelf];
    if (from.first == nullptr) return std::malloc(kLeast << shelf);
    kept_ -= kLeast << shelf;
    --from.count;
    return std::exchange(from.first, from.first->next);
}

void BlockPool::drop(void* block, std::size_t size) {
    if (block == nullptr) return;
    const std::size_t shelf = size <= kLeast << (kShelves - 1) ? shelf_of(size) : kShelves;
    if (shelf == kShelves || shelves_[shelf].count >= limits::kBlocksKept) return std::free(block);
    Shelf& onto = shelves_[shelf];
    onto.first = new (block) Free{onto.first};
    ++onto.count;
    kept_ += kLeast << shelf;
}

void BlockPool::drop_kept() {
    for (Shelf& shelf : shelves_) {
        while (shelf.first != nullptr) std::free(std::exchange(shelf.first, shelf.first->next));
        shelf.count = 0;
    }
    kept_ = 0;
}
// NOLINTEND(cppcoreguidelines-no-malloc, cppcoreguidelines-owning-memory)

void* BlockPool::do_allocate(std::size_t size, std::size_t) {
    void* const block = get(size);
    if (block == nullptr) std::abort();  // as operator new does without exceptions
    return block;
}

void BlockPool::do_deallocate(void* block, std::size_t size, std::size_t) { drop(block, size); }

}  // namespace postern
