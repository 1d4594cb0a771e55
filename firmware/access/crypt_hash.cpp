#include "firmware/access/crypt_hash.h"

#include <crypt.h>

#include <algorithm>
#include <memory>
#include <string>

#include "server/base/secret.h"
#include "server/base/text.h"

namespace postern::access {

namespace {

constexpr std::uint64_t kLeastCost = 4, kMostCost = 14;   // of bcrypt: 14 is a second of a desk's processor, ten of a router's
constexpr std::uint64_t kFewestRounds = 1000, kMostRounds = 500000;  // of SHA-crypt: half a second, likewise
constexpr std::size_t kBcryptSize = 60, kLongestSalt = 16, kSha256Size = 43, kSha512Size = 86;

bool is_crypt_char(char c) { return is_alpha(c) || is_digit(c) || c == '.' || c == '/'; }
bool all_crypt(std::string_view text) { return std::all_of(text.begin(), text.end(), is_crypt_char); }

Result<void> damaged() { return Error::admin("the hash is damaged; make it anew: htpasswd -B FILE NAME"); }

// $2y$10$ and 53 characters.
Result<void> check_bcrypt(std::string_view hash) {
    if (hash.size() != kBcryptSize || hash[6] != '$' || !all_crypt(hash.substr(7))) return damaged();
    const auto cost = parse_decimal(hash[4] == '0' ? hash.substr(5, 1) : hash.substr(4, 2));
    if (!cost) return damaged();
    if (*cost < kLeastCost || *cost > kMostCost)
        return Error::admin("a cost of " + std::to_string(*cost) + " is not taken, only 4 to 14; make it anew: htpasswd -B -C 10 FILE NAME");
    return {};
}

// $6$SALT$HASH or $6$rounds=N$SALT$HASH.
Result<void> check_sha(std::string_view hash, std::size_t size) {
    std::string_view rest = hash.substr(3);
    if (has_prefix(rest, "rounds=")) {
        const std::size_t end = std::min(rest.find('$'), rest.size());
        const auto rounds = parse_decimal(rest.substr(7, end - 7));
        if (!rounds || end == rest.size()) return damaged();
        if (*rounds < kFewestRounds || *rounds > kMostRounds)
            return Error::admin(std::to_string(*rounds) + " rounds are not taken, only 1000 to 500000; make it anew: htpasswd -B FILE NAME");
        rest.remove_prefix(end + 1);
    }
    const std::size_t end = rest.find('$');
    const bool good = end != rest.npos && end <= kLongestSalt && all_crypt(rest.substr(0, end)) && rest.size() == end + 1 + size &&
                      all_crypt(rest.substr(end + 1));
    return good ? Result<void>() : damaged();
}

}  // namespace

Result<void> check_crypt_hash(std::string_view hash) {
    constexpr const char* kAnew = "; make it anew: htpasswd -B FILE NAME";
    if (has_prefix(hash, "$2y$") || has_prefix(hash, "$2a$") || has_prefix(hash, "$2b$")) return check_bcrypt(hash);
    if (has_prefix(hash, "$5$")) return check_sha(hash, kSha256Size);
    if (has_prefix(hash, "$6$")) return check_sha(hash, kSha512Size);
    if (hash.empty()) return Error::admin(std::string("there is no hash behind the name") + kAnew);
    if (has_prefix(hash, "$apr1$") || has_prefix(hash, "$1$"))
        return Error::admin(std::string("an MD5 hash is guessed by the billion a second") + kAnew);
    if (has_prefix(hash, "{SHA}") || has_prefix(hash, "{SSHA}"))
        return Error::admin(std::string("a SHA-1 hash is guessed by the billion a second") + kAnew);
    if (has_prefix(hash, "$")) return Error::admin("a hash of this kind is not taken, only bcrypt ($2y$), $5$ and $6$" + std::string(kAnew));
    return Error::admin(std::string("a password in clear or a DES hash is not taken") + kAnew);
}

bool crypt_matches(std::string_view password, std::string_view hash) {
    if (password.size() > kLongestCryptPassword || password.find('\0') != password.npos) return false;
    const Secret text{std::string(password)};
    const std::string setting(hash);
    const auto room = std::make_unique<crypt_data>();  // glibc's has 32 kB
    const char* made = crypt_r(text.view().data(), setting.c_str(), room.get());
    const bool right = made != nullptr && made[0] != '*' && equal_constant_time(made, hash);
    wipe(room.get(), sizeof *room);
    return right;
}

}  // namespace postern::access
