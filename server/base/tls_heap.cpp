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

// Slots that are free stand on one list, in memory of their own: their pages are gone.
class Slots {
public:
    void* take();
    void give(void* slot);
    std::size_t in_use() const { return in_use_.load(std::memory_order_relaxed); }

private:
    struct Free {
        void* slot;
        Free* next;
    };
    bool grow();

    std::mutex mutex_;
    Free* free_ = nullptr;
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

void* Slots::take() {
    std::lock_guard<std::mutex> hold(mutex_);
    if (!free_ && !grow()) return nullptr;
    Free* cell = free_;
    free_ = cell->next;
    cell->next = spare_;
    spare_ = cell;
    in_use_.fetch_add(1, std::memory_order_relaxed);
    return cell->slot;
}

void Slots::give(void* slot) {
    // Outside the lock; afterwards the pages read as zeros. Where the kernel refuses, we write them.
    if (madvise(slot, TlsHeap::kSlot, MADV_DONTNEED) != 0) std::memset(slot, 0, TlsHeap::kSlot);
    std::lock_guard<std::mutex> hold(mutex_);
    Free* cell = spare_;  // there is one for every slot that is out
    spare_ = cell->next;
    *cell = {slot, free_};
    free_ = cell;
    in_use_.fetch_sub(1, std::memory_order_relaxed);
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
        header = static_cast<Header*>(postern::slots.take());
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
        case Kind::kSlot: return postern::slots.give(header);
        case Kind::kPlain: header->kind = Kind::kGiven; return std::free(header);
        case Kind::kGiven: break;
    }
    std::abort();
}
// NOLINTEND(cppcoreguidelines-no-malloc, cppcoreguidelines-owning-memory)
