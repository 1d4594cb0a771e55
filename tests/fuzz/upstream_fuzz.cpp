// Any bytes as what a balancer's upstream says, and as the fields that a question has gathered on its way: an answer that is
// passed on is the token and 43 characters of base64url, and a question goes on with its own mark at the end, within bounds.
#include <cstdint>
#include <cstdlib>

#include "firmware/sharing/upstream_exchange.h"
#include "server/base/base64url.h"

using namespace postern;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void judge(std::string_view bytes) {
    const auto found = judge_upstream(bytes, "token");
    if (!found.ok() || !*found) return;
    require((*found)->size() == 6 + 43);
    require((*found)->starts_with("token."));
    require(is_base64url(std::string_view(**found).substr(6)));
}

void pass_on(std::string_view bytes) {
    std::vector<std::string_view> fields;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
        fields.push_back(bytes.substr(at, end - at));
        at = end + 1;
    }
    const auto next = next_loop(fields, "me", 4);
    if (!next) return;
    require(next->size() <= 520);
    require(next->ends_with("me"));
    require(!next_loop({*next}, "me", 100));  // it would be known when it came back
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    judge(bytes);
    pass_on(bytes);
    return 0;
}
