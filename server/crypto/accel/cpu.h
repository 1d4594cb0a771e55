// Whether this CPU has the instructions that gcm_core.cpp is compiled for. For gcm_one_shot.cpp, and tests of what it asks.
#pragma once

namespace postern::crypto::accel {

// x86-64: AES-NI, PCLMULQDQ and what SSE they stand on; ARMv8: AES and PMULL. Asked once.
bool cpu_has_gcm();

}  // namespace postern::crypto::accel
