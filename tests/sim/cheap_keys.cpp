#include "tests/sim/cheap.h"

#include "server/base/text.h"
#include "server/crypto/csr.h"
#include "server/crypto/hash.h"
#include "server/crypto/keys.h"
#include "server/crypto/pem.h"

namespace postern::sim {

namespace {

constexpr std::size_t kSum = 12;   // characters of the checksum
constexpr std::size_t kLine = 64;  // characters, even

std::string sum_of(std::string_view text) { return to_hex(crypto::sha256(text)).substr(0, kSum); }

}  // namespace

CheapWorld& cheap_world() {
    static CheapWorld world;
    return world;
}

std::string cheap_number() {
    CheapWorld& world = cheap_world();
    return to_hex(crypto::sha256(std::to_string(world.seed) + " " + std::to_string(++world.made)).substr(0, 8));
}

std::string cheap_pem(std::string_view label, const std::vector<std::string>& fields, std::size_t bytes) {
    std::string text = join(fields, "\n") + "\n";
    text = sum_of(text) + text;
    const std::size_t frame = 2 * label.size() + 34;
    const std::size_t room = bytes > frame ? (bytes - frame) * 32 / 65 : 0;  // of text, with its line ends
    text.resize(std::max((std::max(room, text.size()) + 31) / 32 * 32, std::size_t{32}), ' ');
    const std::string hex = to_hex(text);
    std::string pem = "-----BEGIN " + std::string(label) + "-----\n";
    for (std::size_t at = 0; at < hex.size(); at += kLine) pem.append(hex, at, kLine).append("\n");
    return pem + "-----END " + std::string(label) + "-----\n";
}

std::optional<std::vector<std::string>> cheap_fields(std::string_view body) {
    std::string hex;
    for (char c : body)
        if (c != '\n' && c != '\r') hex += c;
    const auto raw = from_hex(hex);
    if (!raw || raw->size() < kSum) return std::nullopt;
    const std::string_view all = *raw;
    const std::size_t end = all.rfind('\n');
    if (end == std::string_view::npos || end < kSum) return std::nullopt;
    const std::string_view text = all.substr(kSum, end + 1 - kSum);
    if (sum_of(text) != all.substr(0, kSum)) return std::nullopt;
    std::vector<std::string> fields;
    for (std::string_view field : split(text.substr(0, text.size() - 1), '\n')) fields.emplace_back(field);
    return fields;
}

}  // namespace postern::sim

namespace postern::crypto {

struct PrivateKey::Impl {
    std::string id;
};

PrivateKey::PrivateKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PrivateKey::PrivateKey(PrivateKey&&) noexcept = default;
PrivateKey& PrivateKey::operator=(PrivateKey&&) noexcept = default;
PrivateKey::~PrivateKey() = default;

std::string_view name_of(KeyType type) { return type == KeyType::kEc256 ? "ec256" : "other"; }
std::optional<KeyType> key_type_from(std::string_view) { return KeyType::kEc256; }

Result<PrivateKey> PrivateKey::generate(KeyType) {
    return PrivateKey(std::make_unique<Impl>(Impl{sim::cheap_number()}));
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
    auto blocks = split_pem(pem, 1);
    if (!blocks) return std::move(blocks).error().at("private key");
    auto fields = sim::cheap_fields(blocks->front().body);
    if (!fields || fields->size() != 2 || fields->front() != "key") return Error::refuse("private key: does not parse");
    return PrivateKey(std::make_unique<Impl>(Impl{fields->back()}));
}

KeyType PrivateKey::type() const { return KeyType::kEc256; }
mbedtls_pk_context* PrivateKey::native() const { return nullptr; }
Result<Secret> PrivateKey::to_pem() const { return Secret(sim::cheap_pem("PRIVATE KEY", {"key", impl_->id}, 241)); }
Result<std::string> PrivateKey::public_der() const { return impl_->id; }

// Nobody checks it: the CA of the fakes looks at its length.
std::string_view PrivateKey::jws_algorithm() const { return "ES256"; }
Result<std::string> PrivateKey::sign_jws(std::string_view) const { return std::string(64, 's'); }

Result<PrivateKey::PublicNumbers> PrivateKey::public_numbers() const { return PublicNumbers{sha256("x" + impl_->id), sha256("y" + impl_->id)}; }

Result<std::string> make_csr(const PrivateKey& key, const std::vector<std::string>& names) {
    TRY(std::string id, key.public_der());
    return "csr " + id + " " + join(names, ",");
}

}  // namespace postern::crypto
