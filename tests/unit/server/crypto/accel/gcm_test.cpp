// AES-GCM in one go: the vectors of its authors, and beside mbedTLS's own, which shares no line with ours.
#include <string>
#include <string_view>

#include "tests/fakes/fixed_random.h"
#include "tests/unit/server/crypto/accel/gcm_calls.h"

#ifdef POSTERN_ACCEL_GCM
#include "server/crypto/accel/stock_gcm.h"
#endif

namespace postern::crypto {

TEST_CASE("AES-GCM: the vectors of McGrew and Viega, with nonces of 96 bits") {
    struct Row {
        const char *key, *nonce, *add, *text, *sealed, *tag;
    };
    const char* const kLong = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
    const char* const kAdd = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
    const Row rows[] = {
        {"00000000000000000000000000000000", "000000000000000000000000", "", "", "", "58e2fccefa7e3061367f1d57a4e7455a"},
        {"00000000000000000000000000000000", "000000000000000000000000", "", "00000000000000000000000000000000",
         "0388dace60b6a392f328c2b971b2fe78", "ab6e47d42cec13bdf53a67b21257bddf"},
        {"feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888", kAdd, kLong,
         "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
         "5bc94fbc3221a5db94fae95ae7121a47"},
        {"000000000000000000000000000000000000000000000000", "000000000000000000000000", "", "", "", "cd33b28ac773f74ba00ed1f312572435"},
        {"feffe9928665731c6d6a8f9467308308feffe9928665731c", "cafebabefacedbaddecaf888", kAdd, kLong,
         "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710",
         "2519498e80f1478f37ba55bd6d27618c"},
        {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "", "", "",
         "530f8afbc74536b9a963b4f1c4cb738b"},
        {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "",
         "00000000000000000000000000000000", "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919"},
        {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888", kAdd, kLong,
         "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
         "76fc6ece0f4e1768cddf8853bb2d551b"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.tag);
        Key key(from_hex(row.key));
        const Sealed sealed{from_hex(row.sealed), from_hex(row.tag)};
        CHECK(seal(key, from_hex(row.nonce), from_hex(row.add), from_hex(row.text)) == sealed);
        CHECK(open(key, from_hex(row.nonce), from_hex(row.add), sealed) == std::pair(0, from_hex(row.text)));
    }
}

TEST_CASE("AES-GCM: what was changed is not opened, and leaves nothing behind") {
    Key key(std::string(16, 'k'));
    const std::string nonce(12, 'n'), add = "header", text(1000, 't');
    const Sealed good = seal(key, nonce, add, text);
    for (std::size_t place = 0; place < good.text.size() + good.tag.size(); place += place < 130 || place > 990 ? 1 : 97) {
        Sealed bad = good;
        char& spoilt = place < bad.text.size() ? bad.text[place] : bad.tag[place - bad.text.size()];
        spoilt = static_cast<char>(spoilt ^ 1 << place % 8);
        CHECK(open(key, nonce, add, bad) == std::pair(MBEDTLS_ERR_GCM_AUTH_FAILED, std::string(text.size(), '\0')));
    }
    CHECK(open(key, nonce, "Header", good).first == MBEDTLS_ERR_GCM_AUTH_FAILED);
    CHECK(open(key, std::string(12, 'm'), add, good).first == MBEDTLS_ERR_GCM_AUTH_FAILED);
    CHECK(open(key, nonce, add, good) == std::pair(0, text));
}

#ifdef POSTERN_ACCEL_GCM

TEST_CASE("AES-GCM: the same as mbedTLS's own, whatever the lengths, in place or apart") {
    fakes::FixedRandom random;
    const auto some = [&](std::size_t size) {
        std::string text(size, '\0');
        random.fill({bytes(text), size});
        return text;
    };
    const auto below = [&](std::size_t bound) {
        unsigned char raw[4];
        random.fill(raw);
        return (raw[0] | raw[1] << 8 | raw[2] << 16 | static_cast<std::size_t>(raw[3]) << 24) % bound;
    };
    const std::size_t key_sizes[] = {16, 24, 32};
    for (int round = 0; round < 20000; ++round) {
        const std::size_t size = round < 600 ? static_cast<std::size_t>(round) : round % 50 == 0 ? below(20000) : below(700);
        Key key(some(key_sizes[round % 3]));
        const std::string nonce = some(round % 97 == 0 ? 1 + below(20) : 12), add = some(round % 3 == 0 ? 13 : below(300)), text = some(size);
        const std::size_t tag_size = round % 89 == 0 ? 4 + below(13) : 16;
        CAPTURE(size);
        CAPTURE(add.size());
        Sealed theirs{std::string(size, '\0'), std::string(tag_size, '\0')};
        CHECK(postern_stock_gcm_crypt_and_tag(&key.context, MBEDTLS_GCM_ENCRYPT, size, bytes(nonce), nonce.size(), bytes(add), add.size(), bytes(text),
                                              bytes(theirs.text), tag_size, bytes(theirs.tag)) == 0);
        const Sealed ours = seal(key, nonce, add, text, tag_size);
        if (ours != theirs) FAIL("not the same");
        if (open(key, nonce, add, theirs) != std::pair(0, text)) FAIL("not opened");
        std::string place = text, tag(tag_size, '\0');  // as TLS does it
        CHECK(mbedtls_gcm_crypt_and_tag(&key.context, MBEDTLS_GCM_ENCRYPT, size, bytes(nonce), nonce.size(), bytes(add), add.size(), bytes(std::string_view(place)),
                                        bytes(place), tag_size, bytes(tag)) == 0);
        if (place != theirs.text || tag != theirs.tag) FAIL("not in place");
        CHECK(mbedtls_gcm_auth_decrypt(&key.context, size, bytes(nonce), nonce.size(), bytes(add), add.size(), bytes(std::string_view(tag)), tag_size,
                                       bytes(std::string_view(place)), bytes(place)) == 0);
        if (place != text) FAIL("not opened in place");
    }
}

#endif

}  // namespace postern::crypto
