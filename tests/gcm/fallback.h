// How often ours went to mbedTLS's own. For cases.cpp, which is linked so that those calls come by here.
#pragma once

namespace postern::crypto {

unsigned long fallbacks();

}  // namespace postern::crypto
