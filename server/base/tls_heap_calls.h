/* How mbedTLS is told of the allocator in tls_heap.h: it reads this after its configuration (MBEDTLS_USER_CONFIG_FILE),
 * in C and in C++. */
#ifndef POSTERN_SERVER_BASE_TLS_HEAP_CALLS_H
#define POSTERN_SERVER_BASE_TLS_HEAP_CALLS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
void* postern_tls_take(size_t count, size_t size);
void postern_tls_give(void* memory);
#ifdef __cplusplus
}
#endif

#define MBEDTLS_PLATFORM_CALLOC_MACRO postern_tls_take
#define MBEDTLS_PLATFORM_FREE_MACRO postern_tls_give

#endif
