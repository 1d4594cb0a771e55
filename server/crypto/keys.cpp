#include "server/crypto/keys.h"

#include <mbedtls/ecp.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>
extern "C" {
#include <mbedtls/psa_util.h>  // does not say extern "C" itself, up to 3.6.7 at least
}

#include <array>

#include "server/crypto/init.h"
#include "server/crypto/pem.h"
#include "server/crypto/rng.h"

namespace postern::crypto {

namespace {

struct TypeRow {
    KeyType type;
    std::string_view name;
    mbedtls_ecp_group_id curve;  // NONE for RSA
    unsigned bits;
};
constexpr std::array<TypeRow, 5> kTypes = {{
    {KeyType::kEc256, "ec256", MBEDTLS_ECP_DP_SECP256R1, 256},
    {KeyType::kEc384, "ec384", MBEDTLS_ECP_DP_SECP384R1, 384},
    {KeyType::kRsa2048, "rsa2048", MBEDTLS_ECP_DP_NONE, 2048},
    {KeyType::kRsa3072, "rsa3072", MBEDTLS_ECP_DP_NONE, 3072},
    {KeyType::kRsa4096, "rsa4096", MBEDTLS_ECP_DP_NONE, 4096},
}};

constexpr int kRsaExponent = 65537;
constexpr std::size_t kMostCoordinate = 48;  // bytes of P-384
constexpr std::size_t kKeyRoom = 8192;      // an RSA-4096 key takes 3.3 kB as PEM
constexpr std::size_t kPublicRoom = 1024;   // and its public half 550 bytes as DER

const TypeRow& row_of(KeyType type) {
    return kTypes[static_cast<std::size_t>(type)];
}

bool is_rsa(KeyType type) { return row_of(type).curve == MBEDTLS_ECP_DP_NONE; }
std::size_t bytes_of(KeyType type) { return row_of(type).bits / 8; }

std::optional<KeyType> type_of(const mbedtls_pk_context& key) {
    const mbedtls_pk_type_t kind = mbedtls_pk_get_type(&key);
    mbedtls_ecp_group_id curve = MBEDTLS_ECP_DP_NONE;
    if (kind == MBEDTLS_PK_ECKEY) {
        curve = mbedtls_ecp_keypair_get_group_id(mbedtls_pk_ec(key));
    } else if (kind != MBEDTLS_PK_RSA) {
        return std::nullopt;
    }
    for (const TypeRow& row : kTypes) {
        if (row.curve == curve && row.bits == mbedtls_pk_get_bitlen(&key)) return row.type;
    }
    return std::nullopt;
}

bool is_key_label(std::string_view label) {
    return label == "PRIVATE KEY" || label == "EC PRIVATE KEY" || label == "RSA PRIVATE KEY";
}

// The one private key among the blocks. openssl puts an EC PARAMETERS block before it, which says nothing new.
Result<PemBlock> key_block(std::string_view pem) {
    TRY(const std::vector<PemBlock> blocks, split_pem(pem, 2));
    const PemBlock& last = blocks.back();
    if (last.label == "ENCRYPTED PRIVATE KEY") return Error::refuse("encrypted: store it without a passphrase");
    const bool alone = blocks.size() == 1 || blocks.front().label == "EC PARAMETERS";
    if (!alone || !is_key_label(last.label)) return Error::refuse("must hold one PRIVATE KEY block and nothing else");
    return last;
}

}  // namespace

std::string_view name_of(KeyType type) {
    return row_of(type).name;
}

std::optional<KeyType> key_type_from(std::string_view name) {
    for (const TypeRow& row : kTypes) {
        if (row.name == name) return row.type;
    }
    return std::nullopt;
}

struct PrivateKey::Impl {
    Impl() { mbedtls_pk_init(&key); }
    ~Impl() { mbedtls_pk_free(&key); }  // wipes
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    mbedtls_pk_context key;
    KeyType type = KeyType::kEc256;
};

PrivateKey::PrivateKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PrivateKey::PrivateKey(PrivateKey&&) noexcept = default;
PrivateKey& PrivateKey::operator=(PrivateKey&&) noexcept = default;
PrivateKey::~PrivateKey() = default;

Result<PrivateKey> PrivateKey::generate(KeyType type) {
    TRY_VOID(init());
    auto impl = std::make_unique<Impl>();
    impl->type = type;
    const TypeRow& row = row_of(type);
    const bool rsa = is_rsa(type);
    int code = mbedtls_pk_setup(&impl->key, mbedtls_pk_info_from_type(rsa ? MBEDTLS_PK_RSA : MBEDTLS_PK_ECKEY));
    if (code == 0 && rsa) {
        code = mbedtls_rsa_gen_key(mbedtls_pk_rsa(impl->key), rng, nullptr, row.bits, kRsaExponent);
    } else if (code == 0) {
        code = mbedtls_ecp_gen_key(row.curve, mbedtls_pk_ec(impl->key), rng, nullptr);
    }
    if (code != 0) return Error::retry("cannot make a key " + std::string(row.name) + ": " + describe(code));
    return PrivateKey(std::move(impl));
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
    TRY_VOID(init());
    auto block = key_block(pem);
    if (!block) return std::move(block).error().at("private key");
    auto der = decode(*block);
    if (!der) return std::move(der).error().at("private key");
    auto impl = std::make_unique<Impl>();
    const int code = mbedtls_pk_parse_key(&impl->key, reinterpret_cast<const unsigned char*>(der->view().data()),
                                          der->view().size(), nullptr, 0, rng, nullptr);
    if (code != 0) return Error::refuse("private key: does not parse: " + describe(code));
    const auto type = type_of(impl->key);
    if (!type) return Error::refuse("private key: must be EC P-256 or P-384, or RSA of 2048, 3072 or 4096 bits");
    impl->type = *type;
    return PrivateKey(std::move(impl));
}

KeyType PrivateKey::type() const {
    return impl_->type;
}

mbedtls_pk_context* PrivateKey::native() const {
    return &impl_->key;
}

Result<Secret> PrivateKey::to_pem() const {
    std::array<unsigned char, kKeyRoom> room{};
    const int code = mbedtls_pk_write_key_pem(&impl_->key, room.data(), room.size());
    Secret pem(code == 0 ? std::string(reinterpret_cast<const char*>(room.data())) : std::string());
    wipe(room.data(), room.size());
    if (code != 0) return Error::bug("cannot write a private key: " + describe(code));
    return pem;
}

Result<std::string> PrivateKey::public_der() const {
    std::array<unsigned char, kPublicRoom> room{};
    const int size = mbedtls_pk_write_pubkey_der(&impl_->key, room.data(), room.size());
    if (size < 0) return Error::bug("cannot write a public key: " + describe(size));
    // mbedTLS writes DER from the end of the room towards its start
    return std::string(reinterpret_cast<const char*>(room.data() + room.size()) - size, static_cast<std::size_t>(size));
}

std::string_view PrivateKey::jws_algorithm() const {
    return is_rsa(type()) ? "RS256" : type() == KeyType::kEc384 ? "ES384" : "ES256";
}

Result<std::string> PrivateKey::sign_jws(std::string_view message) const {
    const mbedtls_md_type_t kind = type() == KeyType::kEc384 ? MBEDTLS_MD_SHA384 : MBEDTLS_MD_SHA256;
    const mbedtls_md_info_t* info = mbedtls_md_info_from_type(kind);
    std::array<unsigned char, MBEDTLS_MD_MAX_SIZE> hash{};
    std::array<unsigned char, MBEDTLS_PK_SIGNATURE_MAX_SIZE> made{};
    std::size_t size = 0;
    int code = mbedtls_md(info, reinterpret_cast<const unsigned char*>(message.data()), message.size(), hash.data());
    if (code == 0)
        code = mbedtls_pk_sign(&impl_->key, kind, hash.data(), mbedtls_md_get_size(info), made.data(), made.size(), &size, rng, nullptr);
    if (code == 0 && is_rsa(type())) return std::string(reinterpret_cast<const char*>(made.data()), size);
    std::string raw(2 * bytes_of(type()), '\0');
    std::size_t raw_size = 0;
    if (code == 0) {
        code = mbedtls_ecdsa_der_to_raw(row_of(type()).bits, made.data(), size, reinterpret_cast<unsigned char*>(raw.data()), raw.size(),
                                        &raw_size);
    }
    if (code != 0 || raw_size != raw.size()) return Error::bug("cannot sign: " + describe(code));
    return raw;
}

Result<PrivateKey::PublicNumbers> PrivateKey::public_numbers() const {
    if (is_rsa(type())) {
        PublicNumbers numbers{std::string(bytes_of(type()), '\0'), std::string(4, '\0')};
        const int code = mbedtls_rsa_export_raw(mbedtls_pk_rsa(impl_->key), reinterpret_cast<unsigned char*>(numbers.first.data()),
                                                numbers.first.size(), nullptr, 0, nullptr, 0, nullptr, 0,
                                                reinterpret_cast<unsigned char*>(numbers.second.data()), numbers.second.size());
        if (code != 0) return Error::bug("cannot write a public key: " + describe(code));
        numbers.second.erase(0, numbers.second.find_first_not_of('\0'));
        return numbers;
    }
    std::array<unsigned char, 1 + 2 * kMostCoordinate> bytes{};  // 04 x y
    const std::size_t each = bytes_of(type());
    std::size_t size = 0;
    const int code = mbedtls_ecp_write_public_key(mbedtls_pk_ec(impl_->key), MBEDTLS_ECP_PF_UNCOMPRESSED, &size,
                                                  bytes.data(), bytes.size());
    if (code != 0 || size != 1 + 2 * each) return Error::bug("cannot write a public point: " + describe(code));
    const char* first = reinterpret_cast<const char*>(bytes.data()) + 1;
    return PublicNumbers{std::string(first, each), std::string(first + each, each)};
}

}  // namespace postern::crypto
