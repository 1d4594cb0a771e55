// AES-GCM where implementations go wrong: lengths around blocks and eight of them, places in memory, counters that come round,
// tags that almost fit. Held to the standard's own words, as plain_gcm.cpp has them.
#include <cstring>

#include "tests/fakes/fixed_random.h"
#include "tests/unit/server/crypto/accel/plain_gcm.h"

namespace postern::crypto {

namespace {

std::string some(std::size_t size, std::uint64_t seed) {
    fakes::FixedRandom random(seed);
    std::string text(size, '\0');
    random.fill({bytes(text), size});
    return text;
}

const std::string kNonce = some(12, 12);

// A key in both hands.
struct Pair {
    explicit Pair(const std::string& key) : ours(key), plain(key) {}

    void agree(std::string_view nonce, std::string_view add, std::string_view text, std::size_t tag_size = 16) {
        CAPTURE(nonce.size());
        CAPTURE(add.size());
        CAPTURE(text.size());
        CAPTURE(tag_size);
        const Sealed right = plain.seal(nonce, add, text, tag_size);
        CHECK(seal(ours, nonce, add, text, tag_size) == right);
        CHECK(open(ours, nonce, add, right) == std::pair(0, std::string(text)));
    }

    Key ours;
    PlainGcm plain;
};

}  // namespace

TEST_CASE("AES-GCM: every length beyond four times eight blocks, and every length of what stands before it") {
    const std::size_t key_sizes[] = {16, 24, 32};
    for (std::size_t key_size : key_sizes) {
        Pair pair(some(key_size, key_size));
        for (std::size_t size = 0; size <= 600; ++size) pair.agree(kNonce, some(size * 7 % 41, size), some(size, size));
        for (std::size_t size = 0; size <= 300; ++size) pair.agree(kNonce, some(size, size), some(size % 3, size));
    }
}

TEST_CASE("AES-GCM: keys, nonces and texts of zeros and of ones alone") {
    for (const char key : {'\0', '\xff'})
        for (const char nonce : {'\0', '\xff'})
            for (const char text : {'\0', '\xff'})
                for (std::size_t size : {0, 16, 127, 128, 256, 271}) {
                    Pair pair(std::string(size % 2 == 0 ? 16 : 32, key));
                    pair.agree(std::string(12, nonce), std::string(size % 20, text), std::string(size, text));
                }
}

TEST_CASE("AES-GCM: nonces of other lengths, none without one") {
    Pair pair(some(16, 3));
    for (std::size_t size = 1; size <= 70; ++size) pair.agree(some(size, size), "header", some(150, size));
    unsigned char tag[16];
    CHECK(mbedtls_gcm_crypt_and_tag(&pair.ours.context, MBEDTLS_GCM_ENCRYPT, 0, bytes(kNonce), 0, nullptr, 0, nullptr, nullptr, 16, tag) ==
          MBEDTLS_ERR_GCM_BAD_INPUT);
}

TEST_CASE("AES-GCM: counters that come round to 0, which carry nothing into the nonce") {
    Pair pair(some(32, 4));
    for (unsigned ahead = 0; ahead < 18; ++ahead) {
        Bits first;
        first.fill(0xff);
        first[15] = static_cast<unsigned char>(0xff - ahead);
        pair.agree(pair.plain.nonce_for(first), "h", some(300, ahead));
    }
}

TEST_CASE("AES-GCM: tags are whole or as short as was agreed, and every bit of them counts") {
    Pair pair(some(16, 5));
    for (std::size_t size : {0, 5, 128, 300})
        for (std::size_t tag_size = 4; tag_size <= 16; ++tag_size) {
            const std::string text = some(size, size), none(size, '\0');
            pair.agree(kNonce, "header", text, tag_size);
            const Sealed good = seal(pair.ours, kNonce, "header", text, tag_size);
            for (std::size_t bit = 0; bit < tag_size * 8; ++bit) {
                Sealed bad = good;
                bad.tag[bit / 8] = static_cast<char>(bad.tag[bit / 8] ^ 1 << bit % 8);
                CHECK(open(pair.ours, kNonce, "header", bad) == std::pair(MBEDTLS_ERR_GCM_AUTH_FAILED, none));
            }
            for (const char fill : {'\0', '\xff'})
                CHECK(open(pair.ours, kNonce, "header", {good.text, std::string(tag_size, fill)}) == std::pair(MBEDTLS_ERR_GCM_AUTH_FAILED, none));
        }
    const Sealed good = seal(pair.ours, kNonce, "header", "text");
    for (std::size_t tag_size : {0, 1, 2, 3, 17, 32}) {
        CAPTURE(tag_size);
        const std::string tag = (good.tag + good.tag).substr(0, tag_size);
        CHECK(open(pair.ours, kNonce, "header", {good.text, tag}).first != 0);
    }
}

TEST_CASE("AES-GCM: at any address, in place or apart, and not a byte beside it") {
    Pair pair(some(16, 6));
    for (std::size_t in = 0; in < 17; ++in)
        for (std::size_t out : {in, (in + 1) % 17, (in * 5) % 17})
            for (std::size_t size : {0, 1, 15, 16, 17, 127, 128, 129, 255, 256, 275}) {
                const std::string text = some(size, size + in), add = some(in, in);
                const Sealed right = pair.plain.seal(kNonce, add, text);
                for (const bool in_place : {false, true})
                    for (const bool spoilt : {false, true}) {
                        std::string room(700, '#'), from(in, '#');
                        from += text;
                        unsigned char* const to = bytes(room) + out;
                        if (in_place && size > 0) std::memcpy(to, text.data(), size);
                        unsigned char tag[16];
                        CHECK(mbedtls_gcm_crypt_and_tag(&pair.ours.context, MBEDTLS_GCM_ENCRYPT, size, bytes(kNonce), 12, bytes(add), in,
                                                        in_place ? to : bytes(from) + in, to, 16, tag) == 0);
                        CHECK(room == std::string(out, '#') + right.text + std::string(700 - out - size, '#'));
                        CHECK(std::memcmp(tag, right.tag.data(), 16) == 0);
                        tag[in % 16] = static_cast<unsigned char>(tag[in % 16] ^ (spoilt ? 0x80 : 0));
                        from.replace(in, size, right.text);
                        CHECK(mbedtls_gcm_auth_decrypt(&pair.ours.context, size, bytes(kNonce), 12, bytes(add), in, tag, 16,
                                                       in_place ? to : bytes(from) + in, to) == (spoilt ? MBEDTLS_ERR_GCM_AUTH_FAILED : 0));
                        CHECK(room == std::string(out, '#') + (spoilt ? std::string(size, '\0') : text) + std::string(700 - out - size, '#'));
                    }
            }
}

// mbedTLS allows an output that runs behind its input; ours leaves that to it.
TEST_CASE("AES-GCM: what overlaps without being in place is done right, too") {
    Pair pair(some(32, 7));
    for (std::size_t behind : {16, 48, 128, 200}) {
        std::string room = some(behind + 500, behind);
        const Sealed right = pair.plain.seal(kNonce, "", std::string_view(room).substr(behind));
        unsigned char tag[16];
        CHECK(mbedtls_gcm_crypt_and_tag(&pair.ours.context, MBEDTLS_GCM_ENCRYPT, 500, bytes(kNonce), 12, nullptr, 0, bytes(room) + behind,
                                        bytes(room), 16, tag) == 0);
        CHECK(room.substr(0, 500) == right.text);
        CHECK(std::memcmp(tag, right.tag.data(), 16) == 0);
    }
}

}  // namespace postern::crypto
