#include "server/base/heap.h"

#include <cstdlib>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace postern {

void give_free_memory_back() {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}

void share_one_arena() {
#if defined(__GLIBC__)
    mallopt(M_ARENA_MAX, 1);  // NOLINT(concurrency-mt-unsafe): called before the first thread
#endif
}

}  // namespace postern
