// Small blocks that are taken and given back over and over: a few of each size are kept instead of going to the allocator each
// time, which would ask the system for their pages anew (musl's unmaps what is empty at once). For one thread; a loop lends its
// own to what it works on.
#pragma once

#include <array>
#include <cstddef>
#include <memory_resource>

namespace postern {

class BlockPool final : public std::pmr::memory_resource {
public:
    BlockPool() = default;
    ~BlockPool() override;
    BlockPool(const BlockPool&) = delete;
    BlockPool& operator=(const BlockPool&) = delete;

    // Null without memory; else fit for anything. allocate() and deallocate() are these two, and end the program instead.
    void* get(std::size_t size);
    void drop(void* block, std::size_t size);  // of get(size)

    std::size_t kept() const { return kept_; }  // bytes
    void drop_kept();

private:
    void* do_allocate(std::size_t size, std::size_t alignment) override;
    void do_deallocate(void* block, std::size_t size, std::size_t alignment) override;
    bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override { return this == &other; }

    struct Free {
        Free* next;
    };
    struct Shelf {
        Free* first = nullptr;
        unsigned count = 0;
    };
    static constexpr std::size_t kShelves = 6;  // 64 bytes to 2 kB
    std::array<Shelf, kShelves> shelves_{};
    std::size_t kept_ = 0;
};

}  // namespace postern
