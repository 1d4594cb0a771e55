// Stands before getauxval(): hides those of the CPU's flags that the environment variable HIDDEN_HWCAP has, in hexadecimal.
#include <sys/auxv.h>

#include <cstdlib>

extern "C" {
unsigned long __real_getauxval(unsigned long type);
unsigned long __wrap_getauxval(unsigned long type);
}

unsigned long __wrap_getauxval(unsigned long type) {
    const char* const hidden = std::getenv("HIDDEN_HWCAP");
    const unsigned long value = __real_getauxval(type);
    return type == AT_HWCAP && hidden != nullptr ? value & ~std::strtoul(hidden, nullptr, 16) : value;
}
