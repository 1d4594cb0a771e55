#include "acme/protocol/challenge_type.h"

#include <array>

namespace postern::acme {

static constexpr std::array<std::string_view, 2> kNames = {"http-01", "tls-alpn-01"};  // as in ChallengeType

std::string_view name_of(ChallengeType type) { return kNames[static_cast<std::size_t>(type)]; }

std::optional<ChallengeType> challenge_type_from(std::string_view name) {
    for (std::size_t i = 0; i < kNames.size(); ++i)
        if (kNames[i] == name) return static_cast<ChallengeType>(i);
    return std::nullopt;
}

}  // namespace postern::acme
