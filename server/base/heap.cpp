#include "server/base/heap.h"

#include <cstdlib>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace postern {

// A sanitizer has a heap of its own. That of glibc is then never set up, and two threads that trim it at once crash in it.
void give_free_memory_back() {
#if defined(__GLIBC__) && !defined(POSTERN_SANITIZED)
    malloc_trim(0);
#endif
}

void share_one_arena() {
#if defined(__GLIBC__)
    mallopt(M_ARENA_MAX, 1);  // NOLINT(concurrency-mt-unsafe): called before the first thread
#endif
}

}  // namespace postern
