// A password as it is kept: "pbkdf2-sha256$ROUNDS$SALT$HASH", with 16 random bytes of salt and 32 of hash in base64url
// without padding. For the account's file, [admin] password_hash and `postern passwd --print`.
// make(), verify() and calibrate() take as long as the rounds do: through PasswordDesk, never on a loop thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/clock.h"
#include "server/base/random.h"
#include "server/base/result.h"

namespace postern::access {

inline constexpr std::uint32_t kFewestRounds = 1'000, kMostRounds = 100'000'000;  // that are read
inline constexpr std::uint32_t kPrintRounds = 200'000;  // of `passwd --print`, which knows nothing of the device

enum class Match : unsigned char { kRight, kWrong, kStopped };  // kStopped: called off, nothing is known

// Immutable; copies are independent. Not secret as a password is, but never to be logged or shown.
class PasswordHash {
public:
    // Strict: this form and no other. kAdmin: why not, and that `postern passwd --print` makes one; never holds the text.
    static Result<PasswordHash> parse(std::string_view text);
    // With fresh salt. Precondition: kFewestRounds <= rounds <= kMostRounds. Nothing once `stop` (may be null) is true.
    static std::optional<PasswordHash> make(std::string_view password, std::uint32_t rounds, Random& random,
                                            const std::atomic<bool>* stop = nullptr);

    // In constant time once the hash is computed. A password beyond kMostPasswordBytes is wrong at once.
    Match verify(std::string_view password, const std::atomic<bool>* stop = nullptr) const;
    // Whether a device that makes its own hashes with `own_rounds` should store a new one after a right password.
    bool needs_rehash(std::uint32_t own_rounds) const { return rounds_ != own_rounds; }

    std::uint32_t rounds() const { return rounds_; }
    std::string text() const;  // as parse() takes it
    bool operator==(const PasswordHash& other) const = default;

private:
    PasswordHash(std::uint32_t rounds, std::string salt, std::string hash);

    std::uint32_t rounds_;
    std::string salt_, hash_;
};

// How many rounds take 250 ms on this device, by `clock`'s steady time, within kFewestOwnRounds and kMostOwnRounds; in
// thousands. Takes some 100 ms; measure once and keep it. Load makes it come out lower, hence the floor.
// kFewestOwnRounds when called off.
std::uint32_t calibrate(const Clock& clock, const std::atomic<bool>* stop = nullptr);

inline constexpr Millis kHashTime{250};
// Half of what `passwd --print` takes. Fewer would be cheap to guess for who has stolen the file, however slow the device;
// it has seconds for this, once in twelve hours.
inline constexpr std::uint32_t kFewestOwnRounds = 100'000;
inline constexpr std::uint32_t kMostOwnRounds = 1'000'000;  // the state may move to a slower device: ten times as long as its own, at most

}  // namespace postern::access
