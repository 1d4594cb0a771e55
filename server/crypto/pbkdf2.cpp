#include "server/crypto/pbkdf2.h"

#include <mbedtls/sha256.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <string>

#include "server/crypto/hash.h"

namespace postern::crypto {

namespace {

constexpr std::size_t kHash = 32;
constexpr std::size_t kBlock = 64;                   // of SHA-256 (FIPS 180-4)
constexpr std::uint32_t kRoundsBetweenLooks = 1024;  // a millisecond or so

using Digest = std::array<unsigned char, kHash>;

// mbedTLS tells of failures that only hardware has; there is none here.
void done([[maybe_unused]] int code) { assert(code == 0); }

class Sha256 {
public:
    Sha256() { mbedtls_sha256_init(&context_); }
    ~Sha256() { mbedtls_sha256_free(&context_); }  // wipes it
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void start() { done(mbedtls_sha256_starts(&context_, 0)); }
    void start_as(const Sha256& other) { mbedtls_sha256_clone(&context_, &other.context_); }
    void add(const unsigned char* data, std::size_t size) { done(mbedtls_sha256_update(&context_, data, size)); }
    void finish(Digest& into) { done(mbedtls_sha256_finish(&context_, into.data())); }

private:
    mbedtls_sha256_context context_;
};

// HMAC (RFC 2104) under one key, whose two padded blocks are hashed once and for all.
class Hmac {
public:
    explicit Hmac(std::string_view key) {
        std::array<unsigned char, kBlock> block{};
        std::string hashed;
        if (key.size() > kBlock) key = hashed = sha256(key);
        std::copy(key.begin(), key.end(), block.begin());
        begin(inner_, block, 0x36);
        begin(outer_, block, 0x36 ^ 0x5c);
        wipe(block.data(), block.size());
        wipe(hashed.data(), hashed.size());
    }
    ~Hmac() { wipe(digest_.data(), digest_.size()); }
    Hmac(const Hmac&) = delete;
    Hmac& operator=(const Hmac&) = delete;

    void start() { running_.start_as(inner_); }
    void add(const unsigned char* data, std::size_t size) { running_.add(data, size); }
    const Digest& finish() {
        running_.finish(digest_);
        running_.start_as(outer_);
        running_.add(digest_.data(), digest_.size());
        running_.finish(digest_);
        return digest_;
    }
    // Of the last result.
    const Digest& again() {
        start();
        add(digest_.data(), digest_.size());
        return finish();
    }

private:
    static void begin(Sha256& hash, std::array<unsigned char, kBlock>& block, unsigned char pad) {
        for (unsigned char& byte : block) byte ^= pad;
        hash.start();
        hash.add(block.data(), block.size());
    }

    Sha256 inner_, outer_, running_;
    Digest digest_{};
};

// F of section 5.2: the block of that number, from 1.
bool block(Hmac& hmac, std::string_view salt, std::uint32_t number, std::uint32_t rounds, const std::atomic<bool>* stop, Digest& into) {
    const std::array<unsigned char, 4> index = {static_cast<unsigned char>(number >> 24), static_cast<unsigned char>(number >> 16),
                                                static_cast<unsigned char>(number >> 8), static_cast<unsigned char>(number)};
    hmac.start();
    hmac.add(reinterpret_cast<const unsigned char*>(salt.data()), salt.size());
    hmac.add(index.data(), index.size());
    into = hmac.finish();
    for (std::uint32_t round = 1; round < rounds; ++round) {
        if (round % kRoundsBetweenLooks == 0 && stop != nullptr && stop->load(std::memory_order_relaxed)) return false;
        const Digest& next = hmac.again();
        for (std::size_t i = 0; i < kHash; ++i) into[i] ^= next[i];
    }
    return true;
}

}  // namespace

std::optional<Secret> pbkdf2_sha256(std::string_view password, std::string_view salt, std::uint32_t rounds, std::size_t size,
                                    const std::atomic<bool>* stop) {
    assert(rounds >= 1);
    Hmac hmac(password);
    Digest one{};
    std::string key;
    key.reserve(size + kHash);  // grown it would leave a copy behind
    bool whole = stop == nullptr || !stop->load(std::memory_order_relaxed);
    for (std::uint32_t number = 1; whole && key.size() < size; ++number) {
        whole = block(hmac, salt, number, rounds, stop, one);
        key.append(reinterpret_cast<const char*>(one.data()), one.size());
    }
    wipe(one.data(), one.size());
    key.resize(std::min(key.size(), size));
    Secret secret(std::move(key));
    if (!whole) return std::nullopt;
    return secret;
}

}  // namespace postern::crypto
