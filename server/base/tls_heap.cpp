#include "server/base/tls_heap.h"

// An allocator is what everybody else should use instead of this:
// NOLINTBEGIN(cppcoreguidelines-no-malloc, cppcoreguidelines-owning-memory)
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "server/base/tls_heap_calls.h"  // that both say the same

namespace postern {

namespace {

constexpr std::size_t kGrain = 16;
constexpr std::size_t kClasses = TlsHeap::kSmallMost / kGrain + 1;
constexpr std::size_t kSlotLeast = 12 * 1024;  // below it a slot would be a waste

enum class Kind : std::uint32_t { kSmall = 0x5ca1ab1eu, kSlot = 0x0b0e51abu, kPlain = 0xca110c01u, kGiven = 0xdeadfee1u };

// Stands before what the caller gets, which is aligned as calloc's.
struct alignas(kGrain) Header {
    Kind kind;
    std::uint32_t size;  // as asked for; below 4 GB for sure
    Header* next;        // on a list
    std::size_t grains() const { return (size + kGrain - 1) / kGrain; }
};
#if UINTPTR_MAX > 0xffffffffu
static_assert(sizeof(Header) == kGrain);
#endif

// No destructor: a thread_local with one would cost a check at each use.
struct Kept {
    Header* lists[kClasses];
    std::size_t bytes;
    TlsHeap::Used used;
};
constinit thread_local Kept kept{};

// Slots that are free stand on lists, in memory of their own: of most the pages are gone.
class Slots {
public:
    void* take(std::size_t bytes);  // so many of them zero
    void give(void* slot);
    void cool();
    std::size_t in_use() const { return in_use_.load(std::memory_order_relaxed); }
    std::size_t warm();

private:
    struct Free {
        void* slot;
        Free* next;
    };
    bool grow();
    Free* off(Free*& list);
    void onto(Free*& list, void* slot);

    std::mutex mutex_;
    Free* free_ = nullptr;
    Free* warm_ = nullptr;  // not zero
    std::size_t warm_count_ = 0;
    Free* spare_ = nullptr;  // list cells without a slot
    std::atomic<std::size_t> in_use_{0};
};
constinit Slots slots;

bool Slots::grow() {
    constexpr std::size_t kBytes = TlsHeap::kSlot * TlsHeap::kSlotsPerMapping;
    auto* cells = static_cast<Free*>(std::calloc(TlsHeap::kSlotsPerMapping, sizeof(Free)));
    if (!cells) return false;
    void* memory = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        std::free(cells);
        return false;
    }
    for (std::size_t i = TlsHeap::kSlotsPerMapping; i-- > 0;) {  // the lowest comes off first
        cells[i] = {static_cast<char*>(memory) + i * TlsHeap::kSlot, free_};
        free_ = &cells[i];
    }
    return true;
}

Slots::Free* Slots::off(Free*& list) {
    Free* cell = list;
    list = cell->next;
    cell->next = spare_;
    spare_ = cell;
    return cell;
}

void Slots::onto(Free*& list, void* slot) {
    Free* cell = spare_;  // there is one for every slot that is out
    spare_ = cell->next;
    *cell = {slot, list};
    list = cell;
}

void* Slots::take(std::size_t bytes) {
    void* slot = nullptr;
    {
        std::lock_guard<std::mutex> hold(mutex_);
        const bool warm = warm_ != nullptr;
        if (!warm && !free_ && !grow()) return nullptr;
        in_use_.fetch_add(1, std::memory_order_relaxed);
        if (!warm) return off(free_)->slot;
        slot = off(warm_)->slot;
        --warm_count_;
    }
    std::memset(slot, 0, bytes);
    return slot;
}

// Afterwards the pages read as zeros. Where the kernel refuses, we write them.
void drop_pages(void* slot) {
    if (madvise(slot, TlsHeap::kSlot, MADV_DONTNEED) != 0) std::memset(slot, 0, TlsHeap::kSlot);
}

void Slots::give(void* slot) {
    {
        std::lock_guard<std::mutex> hold(mutex_);
        in_use_.fetch_sub(1, std::memory_order_relaxed);
        if (warm_count_ < TlsHeap::kWarmSlots) {
            ++warm_count_;
            return onto(warm_, slot);
        }
    }
    drop_pages(slot);  // outside the lock
    std::lock_guard<std::mutex> hold(mutex_);
    onto(free_, slot);
}

void Slots::cool() {
    std::lock_guard<std::mutex> hold(mutex_);
    while (warm_ != nullptr) {
        void* slot = off(warm_)->slot;
        drop_pages(slot);
        onto(free_, slot);
    }
    warm_count_ = 0;
}

std::size_t Slots::warm() {
    std::lock_guard<std::mutex> hold(mutex_);
    return warm_count_;
}

Header* small(std::size_t grains) {
    Header*& list = kept.lists[grains];
    if (!list) return static_cast<Header*>(std::calloc(1, sizeof(Header) + grains * kGrain));
    Header* header = list;
    if (header->kind != Kind::kGiven) std::abort();  // somebody wrote to what was given back
    list = header->next;
    kept.bytes -= grains * kGrain;
    struct alignas(kGrain) Grain {
        std::uint64_t zero[2];
    };
    auto* grain = reinterpret_cast<Grain*>(header + 1);  // a few grains: the C library's memset would cost more
    for (std::size_t i = 0; i < grains; ++i) grain[i] = {};
    return header;
}

void give_small(Header* header) {
    const std::size_t bytes = header->grains() * kGrain;
    header->kind = Kind::kGiven;
    if (kept.bytes + bytes > TlsHeap::kKeptPerThread) return std::free(header);
    header->next = kept.lists[header->grains()];
    kept.lists[header->grains()] = header;
    kept.bytes += bytes;
}

}  // namespace

std::size_t TlsHeap::kept_by_this_thread() { return kept.bytes; }

TlsHeap::Used TlsHeap::used_by_this_thread() { return kept.used; }

std::size_t TlsHeap::slots_in_use() { return slots.in_use(); }

std::size_t TlsHeap::slots_warm() { return slots.warm(); }

void TlsHeap::cool() { slots.cool(); }

void TlsHeap::drop_kept() {
    for (Header*& list : kept.lists) {
        while (Header* header = list) {
            list = header->next;
            std::free(header);
        }
    }
    kept.bytes = 0;
}

}  // namespace postern

using postern::Header;
using postern::Kind;
using postern::TlsHeap;

void* postern_tls_take(std::size_t count, std::size_t size) {
    std::size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > UINT32_MAX / 2) return nullptr;
    Header* header = nullptr;
    Kind kind = Kind::kPlain;
    const std::size_t grains = (bytes + postern::kGrain - 1) / postern::kGrain;
    if (bytes <= TlsHeap::kSmallMost) {
        kind = Kind::kSmall;
        header = postern::small(grains);
    } else if (bytes >= postern::kSlotLeast && bytes <= TlsHeap::kSlot - sizeof(Header)) {
        kind = Kind::kSlot;
        header = static_cast<Header*>(postern::slots.take(sizeof(Header) + bytes));
    } else {
        header = static_cast<Header*>(std::calloc(1, sizeof(Header) + bytes));
    }
    if (!header) return nullptr;
    header->kind = kind;
    header->size = static_cast<std::uint32_t>(bytes);
    postern::kept.used.calls++;
    postern::kept.used.bytes += static_cast<long long>(bytes);
    return header + 1;
}

void postern_tls_give(void* memory) {
    if (!memory) return;
    Header* header = static_cast<Header*>(memory) - 1;
    postern::kept.used.bytes -= header->size;
    switch (header->kind) {
        case Kind::kSmall: return postern::give_small(header);
        case Kind::kSlot: header->kind = Kind::kGiven; return postern::slots.give(header);
        case Kind::kPlain: header->kind = Kind::kGiven; return std::free(header);
        case Kind::kGiven: break;
    }
    std::abort();
}
// NOLINTEND(cppcoreguidelines-no-malloc, cppcoreguidelines-owning-memory)
