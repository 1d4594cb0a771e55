// What the allocator keeps of memory that nobody uses. For those who have let go
// of much: after a burst of connections, after an order of a certificate. It would stay resident for ever.
#pragma once

namespace postern {

// Hands whole free pages back to the kernel, where the C library does not do so by itself (glibc). Takes up to a few ms.
void give_free_memory_back();

// One arena for all threads instead of one each: nothing is allocated where speed counts, and each would keep its own
// leftovers. Call it before the first thread.
void share_one_arena();

}  // namespace postern
