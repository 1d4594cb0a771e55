// Memory for a C library that takes an allocator: counted, and bounded, so that one connection cannot have all of it.
// Used by h2_frames.
#pragma once

#include <cstddef>

#include "server/base/block_pool.h"

namespace postern::http {

class CountedHeap {
public:
    CountedHeap(std::size_t most, BlockPool& pool) : most_(most), pool_(pool) {}
    CountedHeap(const CountedHeap&) = delete;
    CountedHeap& operator=(const CountedHeap&) = delete;

    // As malloc, calloc, realloc and free; null also where it would be more than `most` bytes in all.
    void* get(std::size_t size);
    void* get_zeroed(std::size_t count, std::size_t size);
    void* get_again(void* block, std::size_t size);
    void drop(void* block);

    std::size_t used() const { return used_; }  // bytes asked for

private:
    std::size_t most_;
    BlockPool& pool_;
    std::size_t used_ = 0;
};

}  // namespace postern::http
