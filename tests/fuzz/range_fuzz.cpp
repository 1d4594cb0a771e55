// Any bytes as a Range field over a representation of any size: what comes out lies inside it, touches nothing else, is
// bounded, and holds no byte that nobody asked for. The first line of the input is the size.
#include <cstdint>
#include <cstdlib>

#include "server/base/text.h"
#include "server/http/range.h"

using namespace postern;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), length);
    const std::size_t line = bytes.find('\n');
    if (line == std::string_view::npos) return 0;
    const auto size = parse_decimal(bytes.substr(0, line));
    if (!size) return 0;
    const auto set = http::RangeSet::parse(bytes.substr(line + 1), *size);
    const auto parts = set.parts();
    require((set.kind() == http::RangeSet::Kind::kParts) == !parts.empty() || set.kind() == http::RangeSet::Kind::kWhole);
    require(parts.size() <= limits::kRanges);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        require(parts[i].size > 0 && parts[i].first < *size && parts[i].size <= *size - parts[i].first);
        for (std::size_t k = 0; k < i; ++k) require(parts[i].first > parts[k].end() || parts[k].first > parts[i].end());
    }
    return 0;
}
