// The allocator that mbedTLS is built with (tls_heap_calls.h). A handshake
// takes and gives some thousand small numbers, and each connection two buffers of 16 kB that lie idle most of its life:
//
//   small (up to kSmallMost)     from lists of the own thread, at most kKeptPerThread bytes kept on them
//   record buffers               slots in large mappings; of those given back kWarmSlots wait for the next connection, for whom
//                                new pages would cost more than his record; the others cost no memory: theirs go to the kernel
//   all else                     calloc()
//
// What is given back twice, or is not ours, ends the program. OFF: cmake -DPOSTERN_TLS_HEAP=OFF (and with sanitizers, which
// would see less through it).
#pragma once

#include <cstddef>

extern "C" {
// As calloc() and free(). Thread-safe; memory may be given back by another thread than the one that took it.
void* postern_tls_take(std::size_t count, std::size_t size);
void postern_tls_give(void* memory);
}

namespace postern {

struct TlsHeap {
    static constexpr std::size_t kSmallMost = 1024;
    static constexpr std::size_t kKeptPerThread = 48 * 1024;
    static constexpr std::size_t kSlot = 20 * 1024;  // a record buffer of mbedTLS: 16 kB, header, tag, and our 16 bytes
    static constexpr std::size_t kSlotsPerMapping = 64;
    static constexpr std::size_t kWarmSlots = 4;

    struct Used {
        std::size_t calls = 0;  // of take
        long long bytes = 0;    // taken less given back; a thread that gives what others took goes below zero
    };
    static Used used_by_this_thread();
    static std::size_t kept_by_this_thread();  // bytes on its lists
    static std::size_t slots_in_use();
    static std::size_t slots_warm();
    static void cool();  // no slot waits any more: nobody is expected soon
    static void drop_kept();  // gives this thread's lists back to free(): when it ends
};

}  // namespace postern
