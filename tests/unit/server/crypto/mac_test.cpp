#include "server/crypto/mac.h"

#include <doctest.h>

#include <string>

#include "server/crypto/hash.h"

using namespace postern::crypto;

TEST_CASE("a mac is that of mbedTLS, for keys of a block and shorter") {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{32}, std::size_t{64}})
        for (const std::size_t length : {std::size_t{0}, std::size_t{3}, std::size_t{55}, std::size_t{64}, std::size_t{1000}}) {
            const std::string key(size, 'k'), message(length, 'm');
            const Mac mac = MacKey(key).of(message);
            CHECK(std::string(mac.begin(), mac.end()) == hmac_sha256(key, message));
        }
}
