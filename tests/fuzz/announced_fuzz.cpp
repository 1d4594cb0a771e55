// Any bytes as the PROXY header before a connection. Beyond not crashing: more bytes never change what was complete or bad, less
// is never complete, and where it says whose the connection is, that is an address.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/net/proxy_header.h"

using postern::net::parse_proxy_header;
using postern::net::ProxyHeader;
using State = ProxyHeader::State;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const ProxyHeader read = parse_proxy_header(bytes);
    if (read.state == State::kPartial) {
        require(size < postern::net::kLongestProxyHeader);
        return 0;
    }
    require(parse_proxy_header(std::string(bytes) + "more").state == read.state);
    if (read.state == State::kBad) {
        require(!read.told && *read.why != '\0');
        return 0;
    }
    require(read.size > 0 && read.size <= size);
    require(parse_proxy_header(bytes.substr(0, read.size - 1)).state == State::kPartial);
    require(read.told == postern::net::is_ip_literal(read.source.host()));
    return 0;
}
