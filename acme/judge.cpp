#include "acme/judge.h"

#include <array>
#include <utility>

namespace postern::acme {

Verdict judge(const CaProblem& problem) {
    static constexpr std::array<std::pair<std::string_view, Verdict>, 22> kTable = {{
        {"accountDoesNotExist", Verdict::kAccount},
        {"badCSR", Verdict::kNewKey},
        {"badNonce", Verdict::kNonce},
        {"badPublicKey", Verdict::kPerson},
        {"badSignatureAlgorithm", Verdict::kPerson},
        {"caa", Verdict::kGiveUp},
        {"compound", Verdict::kGiveUp},
        {"connection", Verdict::kGiveUp},
        {"dns", Verdict::kGiveUp},
        {"externalAccountRequired", Verdict::kPerson},
        {"incorrectResponse", Verdict::kGiveUp},
        {"invalidContact", Verdict::kContact},
        {"invalidProfile", Verdict::kPerson},
        {"orderNotReady", Verdict::kLookAgain},
        {"rateLimited", Verdict::kLater},
        {"rejectedIdentifier", Verdict::kPerson},
        {"serverInternal", Verdict::kLater},
        {"tls", Verdict::kGiveUp},
        {"unauthorized", Verdict::kGiveUp},
        {"unsupportedContact", Verdict::kContact},
        {"unsupportedIdentifier", Verdict::kPerson},
        {"userActionRequired", Verdict::kPerson},
    }};
    for (const auto& [type, verdict] : kTable)
        if (problem.type == type) return verdict;
    const int status = problem.status;
    return status >= 500 || status == 429 || status == 408 ? Verdict::kLater : Verdict::kGiveUp;
}

}  // namespace postern::acme
