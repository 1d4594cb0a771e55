// gcm_cases COUNT ours|stock [SEED]: random cases of AES-GCM in one go, each sealed, opened, and refused after a change; beside
// OpenSSL's libcrypto where there is one. Prints a digest of all that was made, so that a run where there is none, for another CPU,
// can be held to one where there is. `ours` or `stock`: which code is to do the ordinary cases on this CPU.
#include <mbedtls/gcm.h>
#include <mbedtls/sha256.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/fakes/fixed_random.h"
#include "tests/gcm/fallback.h"

#ifdef WITH_LIBCRYPTO
#include <openssl/evp.h>
#endif

namespace postern::crypto {
namespace {

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

struct Case {
    std::string key, nonce, add, text;
    std::size_t tag_size, in, out;  // offsets of the buffers; one buffer where they are the same
    std::size_t spoilt;             // which bit of cipher text, tag, nonce and what is authenticated
    bool is_ordinary() const { return nonce.size() == 12 && tag_size == 16; }
};

class Cases {
public:
    explicit Cases(std::uint64_t seed) : random_(seed) {}

    // Every length below 600 comes first; then most are short, some are records, and one in a thousand is larger.
    Case next() {
        const std::size_t number = number_++;
        const std::size_t size = number < 600 ? number : number % 1000 == 0 ? below(100000) : number % 50 == 0 ? below(17000) : below(500);
        Case one{some(16 + number % 3 * 8), some(number % 31 == 0 ? 1 + below(64) : 12), {}, {}, 16, 0, 0, 0};
        one.add = some(number % 3 == 0 ? 5 : number % 3 == 1 ? 13 : below(200));
        one.text = some(size);
        if (number % 37 == 0) one.tag_size = 4 + below(13);
        one.in = below(32);
        one.out = number % 2 == 0 ? one.in : below(32);
        one.spoilt = below((one.text.size() + one.tag_size + one.nonce.size() + one.add.size()) * 8);
        return one;
    }

private:
    std::string some(std::size_t size) {
        std::string text(size, '\0');
        random_.fill({bytes(text), size});
        return text;
    }
    std::size_t below(std::size_t bound) {
        unsigned char raw[4];
        random_.fill(raw);
        return (raw[0] | raw[1] << 8 | raw[2] << 16 | static_cast<std::size_t>(raw[3]) << 24) % bound;
    }

    fakes::FixedRandom random_;
    std::size_t number_ = 0;
};

struct Sealed {
    std::string text, tag;
    bool operator==(const Sealed&) const = default;
};

// Seals or opens between two buffers of their own, or in one, and looks at what stands beside the output.
template <typename Call>
bool within(const Case& one, std::string_view from, std::string& made, Call call) {
    const std::size_t room = from.size() + 96;
    std::string source(room, '\x55'), target(room, '\xaa');
    std::string& into = one.in == one.out ? source : target;
    source.replace(one.in, from.size(), from);
    const std::string before = into.substr(0, one.out), behind = into.substr(one.out + from.size());
    const int code = call(bytes(source) + one.in, bytes(into) + one.out);
    made = into.substr(one.out, from.size());
    return code == 0 && into.substr(0, one.out) == before && into.substr(one.out + from.size()) == behind;
}

class Gcm {
public:
    explicit Gcm(const Case& one) : case_(one) {
        mbedtls_gcm_init(&gcm_);
        mbedtls_gcm_setkey(&gcm_, MBEDTLS_CIPHER_ID_AES, bytes(std::string_view(one.key)), static_cast<unsigned>(one.key.size() * 8));
    }
    ~Gcm() { mbedtls_gcm_free(&gcm_); }
    Gcm(const Gcm&) = delete;
    Gcm& operator=(const Gcm&) = delete;

    bool seal(Sealed& made) {
        made.tag.assign(case_.tag_size, '\0');
        return within(case_, case_.text, made.text, [&](const unsigned char* in, unsigned char* out) {
            return mbedtls_gcm_crypt_and_tag(&gcm_, MBEDTLS_GCM_ENCRYPT, case_.text.size(), bytes(std::string_view(case_.nonce)),
                                             case_.nonce.size(), bytes(std::string_view(case_.add)), case_.add.size(), in, out,
                                             case_.tag_size, bytes(made.tag));
        });
    }

    bool opens(const Sealed& sealed, const std::string& nonce, const std::string& add, int wanted, const std::string& wanted_text) {
        std::string made;
        const bool right = within(case_, sealed.text, made, [&](const unsigned char* in, unsigned char* out) {
            return mbedtls_gcm_auth_decrypt(&gcm_, sealed.text.size(), bytes(std::string_view(nonce)), nonce.size(),
                                            bytes(std::string_view(add)), add.size(), bytes(std::string_view(sealed.tag)),
                                            sealed.tag.size(), in, out) - wanted;
        });
        return right && made == wanted_text;
    }

    // One bit is another: nothing but zeros comes out.
    bool refuses(const Sealed& sealed) {
        Sealed bad = sealed;
        std::string nonce = case_.nonce, add = case_.add;
        std::size_t bit = case_.spoilt;
        for (std::string* part : {&bad.text, &bad.tag, &nonce, &add}) {
            if (bit < part->size() * 8) {
                (*part)[bit / 8] = static_cast<char>((*part)[bit / 8] ^ 1 << bit % 8);
                break;
            }
            bit -= part->size() * 8;
        }
        return opens(bad, nonce, add, MBEDTLS_ERR_GCM_AUTH_FAILED, std::string(case_.text.size(), '\0'));
    }

private:
    const Case& case_;
    mbedtls_gcm_context gcm_;
};

#ifdef WITH_LIBCRYPTO

Sealed of_libcrypto(const Case& one) {
    static EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
    const EVP_CIPHER* const ciphers[] = {EVP_aes_128_gcm(), EVP_aes_192_gcm(), EVP_aes_256_gcm()};
    Sealed made{std::string(one.text.size(), '\0'), std::string(one.tag_size, '\0')};
    int size = 0;
    const bool done = EVP_EncryptInit_ex(context, ciphers[one.key.size() / 8 - 2], nullptr, nullptr, nullptr) == 1 &&
                      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, static_cast<int>(one.nonce.size()), nullptr) == 1 &&
                      EVP_EncryptInit_ex(context, nullptr, nullptr, bytes(std::string_view(one.key)), bytes(std::string_view(one.nonce))) == 1 &&
                      EVP_EncryptUpdate(context, nullptr, &size, bytes(std::string_view(one.add)), static_cast<int>(one.add.size())) == 1 &&
                      EVP_EncryptUpdate(context, bytes(made.text), &size, bytes(std::string_view(one.text)), static_cast<int>(one.text.size())) == 1 &&
                      EVP_EncryptFinal_ex(context, nullptr, &size) == 1 &&
                      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(one.tag_size), made.tag.data()) == 1;
    if (!done) std::abort();
    return made;
}

#endif

const char* wrong_with(const Case& one, Sealed& made) {
    Gcm gcm(one);
    if (!gcm.seal(made)) return "not sealed, or written beside the buffer";
#ifdef WITH_LIBCRYPTO
    if (of_libcrypto(one) != made) return "not what libcrypto makes of it";
#endif
    if (!gcm.opens(made, one.nonce, one.add, 0, one.text)) return "not opened";
    if (!gcm.refuses(made)) return "changed, and not refused, or something of it left";
    return nullptr;
}

int run(unsigned long count, std::string_view who, std::uint64_t seed) {
    Cases cases(seed);
    mbedtls_sha256_context digest;
    mbedtls_sha256_init(&digest);
    mbedtls_sha256_starts(&digest, 0);
    for (unsigned long i = 0; i < count; ++i) {
        const Case one = cases.next();
        const unsigned long before = fallbacks();
        Sealed made;
        const char* const fault = wrong_with(one, made);
        const bool ours = fallbacks() == before;
        if (fault != nullptr || ours != (who == "ours" && one.is_ordinary())) {
            std::printf("FAIL case %lu: %s; key %zu, nonce %zu, add %zu, text %zu, tag %zu bytes\n", i, fault ? fault : "done by the wrong code",
                        one.key.size(), one.nonce.size(), one.add.size(), one.text.size(), one.tag_size);
            return 1;
        }
        mbedtls_sha256_update(&digest, bytes(std::string_view(made.text)), made.text.size());
        mbedtls_sha256_update(&digest, bytes(std::string_view(made.tag)), made.tag.size());
    }
    unsigned char sum[32];
    mbedtls_sha256_finish(&digest, sum);
    for (unsigned char byte : sum) std::printf("%02x", byte);
#ifdef WITH_LIBCRYPTO
    std::printf(" %lu cases, libcrypto agrees\n", count);
#else
    std::printf(" %lu cases\n", count);
#endif
    return 0;
}

}  // namespace
}  // namespace postern::crypto

int main(int count, char** words) {
    const std::string_view who = count > 2 ? words[2] : "";
    if (who != "ours" && who != "stock") {
        std::fprintf(stderr, "usage: gcm_cases COUNT ours|stock [SEED]\n");
        return 64;
    }
    return postern::crypto::run(std::strtoul(words[1], nullptr, 10), who, count > 3 ? std::strtoul(words[3], nullptr, 10) : 1);
}
