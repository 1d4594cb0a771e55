#include "server/crypto/hash.h"

#include <doctest.h>

#include <thread>
#include <vector>

#include "server/base/text.h"
#include "server/crypto/init.h"

using namespace postern;

TEST_CASE("sha256: FIPS 180-4 examples") {
    struct Row {
        std::string message;
        std::string_view hash;
    };
    for (const Row& row :
         std::vector<Row>{{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
                          {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
                          {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                           "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
                          {std::string(1000000, 'a'), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}}) {
        CHECK(to_hex(crypto::sha256(row.message)) == row.hash);
    }
}

TEST_CASE("hmac_sha256: RFC 4231") {
    struct Row {
        std::string key, message;
        std::string_view mac;
    };
    const auto bytes = [](std::string_view hex) { return from_hex(hex).value(); };
    for (const Row& row : std::vector<Row>{
             {std::string(20, '\x0b'), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
             {"Jefe", "what do ya want for nothing?",
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
             {std::string(20, '\xaa'), std::string(50, '\xdd'),
              "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
             {bytes("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xcd'),
              "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
             {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
             {std::string(131, '\xaa'),
              "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be "
              "hashed before being used by the HMAC algorithm.",
              "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"}}) {
        CHECK(to_hex(crypto::hmac_sha256(row.key, row.message)) == row.mac);
    }
    CHECK(crypto::hmac_sha256("", "").size() == 32);
}

TEST_CASE("init: once, from many threads at once") {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([] { CHECK(crypto::init().ok()); });
    for (std::thread& thread : threads) thread.join();
}

TEST_CASE("describe: words and the number") {
    CHECK(crypto::describe(-0x2700).find("X509") == 0);
    CHECK(crypto::describe(-0x2700).find("(-0x2700)") != std::string::npos);
    CHECK(crypto::describe(-0x7fff).find("(-0x7FFF)") != std::string::npos);
}
