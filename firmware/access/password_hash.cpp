#include "firmware/access/password_hash.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <vector>

#include "firmware/access/password_rules.h"
#include "server/base/base64url.h"
#include "server/base/secret.h"
#include "server/base/text.h"
#include "server/crypto/pbkdf2.h"

namespace postern::access {

namespace {

constexpr std::string_view kScheme = "pbkdf2-sha256";
constexpr std::size_t kSalt = 16, kHash = 32;
constexpr std::size_t kLongestText = 128;  // the longest good one has 88 characters

Error not_ours(std::string_view why) {
    return Error::admin("the password's hash cannot be used: " + std::string(why) + "; 'postern passwd --print' makes one");
}

// No sign, no leading zero: of each number one form.
std::optional<std::uint32_t> rounds_from(std::string_view text) {
    const auto number = text.starts_with('0') ? std::nullopt : parse_decimal(text);
    if (!number || *number < kFewestRounds || *number > kMostRounds) return std::nullopt;
    return static_cast<std::uint32_t>(*number);
}

std::optional<std::string> bytes_from(std::string_view text, std::size_t size) {
    auto bytes = base64url_decode(text);
    if (!bytes || bytes->size() != size) return std::nullopt;
    return bytes;
}

// Calibration: a trial that takes so long is measured well enough by a clock of milliseconds.
constexpr Millis kTrial{20};
constexpr std::uint32_t kFirstTrial = 2048, kLastTrial = 65536;  // where that takes less, kMostOwnRounds will do
constexpr int kTrials = 3;

// How long so many rounds take; nothing when called off.
std::optional<Millis> time_of(std::uint32_t rounds, const Clock& clock, const std::atomic<bool>* stop) {
    const SteadyTime start = clock.steady();
    if (!crypto::pbkdf2_sha256("password", "salt", rounds, kHash, stop)) return std::nullopt;
    return clock.steady() - start;
}

}  // namespace

PasswordHash::PasswordHash(std::uint32_t rounds, std::string salt, std::string hash)
    : rounds_(rounds), salt_(std::move(salt)), hash_(std::move(hash)) {}

Result<PasswordHash> PasswordHash::parse(std::string_view text) {
    if (text.empty()) return not_ours("it is empty");
    const auto dollar = std::count(text.begin(), text.end(), '$');
    if (text.size() > kLongestText || !text.starts_with(kScheme) || dollar != 3)
        return not_ours("it is not of the form pbkdf2-sha256$ROUNDS$SALT$HASH");
    std::vector<std::string_view> parts;
    for (std::string_view left = text; parts.size() < 4;) {
        const auto end = std::min(left.find('$'), left.size());
        parts.push_back(left.substr(0, end));
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    if (parts[0] != kScheme) return not_ours("it is not of the form pbkdf2-sha256$ROUNDS$SALT$HASH");
    const auto rounds = rounds_from(parts[1]);
    if (!rounds) return not_ours("its rounds are no number from 1000 to 100000000");
    auto salt = bytes_from(parts[2], kSalt);
    if (!salt) return not_ours("its salt is not 16 bytes in base64url");
    auto hash = bytes_from(parts[3], kHash);
    if (!hash) return not_ours("its hash is not 32 bytes in base64url");
    return PasswordHash(*rounds, std::move(*salt), std::move(*hash));
}

std::optional<PasswordHash> PasswordHash::make(std::string_view password, std::uint32_t rounds, Random& random,
                                               const std::atomic<bool>* stop) {
    assert(rounds >= kFewestRounds && rounds <= kMostRounds);
    std::array<unsigned char, kSalt> bytes{};
    random.fill(bytes);
    std::string salt(bytes.begin(), bytes.end());
    const auto hash = crypto::pbkdf2_sha256(password, salt, rounds, kHash, stop);
    if (!hash) return std::nullopt;
    return PasswordHash(rounds, std::move(salt), std::string(hash->view()));
}

Match PasswordHash::verify(std::string_view password, const std::atomic<bool>* stop) const {
    if (password.size() > kMostPasswordBytes) return Match::kWrong;
    const auto hash = crypto::pbkdf2_sha256(password, salt_, rounds_, kHash, stop);
    if (!hash) return Match::kStopped;
    return equal_constant_time(hash->view(), hash_) ? Match::kRight : Match::kWrong;
}

std::string PasswordHash::text() const {
    return std::string(kScheme) + '$' + std::to_string(rounds_) + '$' + base64url_encode(salt_) + '$' + base64url_encode(hash_);
}

std::uint32_t calibrate(const Clock& clock, const std::atomic<bool>* stop) {
    std::uint32_t rounds = kFirstTrial;
    std::optional<Millis> took = time_of(rounds, clock, stop);
    while (took && *took < kTrial && rounds < kLastTrial) took = time_of(rounds *= 2, clock, stop);
    // Others on the processor make a trial longer, nothing makes it shorter: the shortest is the true one.
    for (int trial = 1; took && trial < kTrials; ++trial) {
        const auto again = time_of(rounds, clock, stop);
        took = again ? std::optional(std::min(*took, *again)) : std::nullopt;
    }
    if (!took) return kFewestOwnRounds;
    const std::uint64_t wanted = std::uint64_t{rounds} * static_cast<std::uint64_t>(kHashTime.count()) / static_cast<std::uint64_t>(std::max<long long>(1, took->count()));
    const std::uint64_t thousands = (wanted + 999) / 1000 * 1000;
    return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(thousands, kFewestOwnRounds, kMostOwnRounds));
}

}  // namespace postern::access
