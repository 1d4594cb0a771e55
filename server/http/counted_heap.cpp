#include "server/http/counted_heap.h"

#include <algorithm>
#include <cstring>

namespace postern::http {

namespace {

// Before each block; as strictly aligned as what follows must be.
struct alignas(std::max_align_t) Head {
    std::size_t size;
};

Head* head_of(void* block) { return static_cast<Head*>(block) - 1; }

}  // namespace

void* CountedHeap::get(std::size_t size) {
    if (size > most_ || used_ > most_ - size) return nullptr;
    auto* const head = static_cast<Head*>(pool_.get(sizeof(Head) + size));
    if (head == nullptr) return nullptr;
    head->size = size;
    used_ += size;
    return head + 1;
}

void* CountedHeap::get_zeroed(std::size_t count, std::size_t size) {
    if (size > 0 && count > most_ / size) return nullptr;
    void* const block = get(count * size);
    return block != nullptr ? std::memset(block, 0, count * size) : nullptr;
}

void* CountedHeap::get_again(void* block, std::size_t size) {
    if (block == nullptr) return get(size);
    void* const fresh = get(size);
    if (fresh == nullptr) return nullptr;
    std::memcpy(fresh, block, std::min(size, head_of(block)->size));
    drop(block);
    return fresh;
}

void CountedHeap::drop(void* block) {
    if (block == nullptr) return;
    Head* const head = head_of(block);
    used_ -= head->size;
    pool_.drop(head, sizeof(Head) + head->size);
}

}  // namespace postern::http
