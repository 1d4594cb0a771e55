#include "server/http/client_of.h"

#include <algorithm>

#include "server/base/text.h"

namespace postern::http {

namespace {

// The address of "192.0.2.1", "192.0.2.1:443", "2001:db8::1", "[2001:db8::1]" or "[2001:db8::1]:443": proxies write all of them.
std::string_view without_port(std::string_view entry) {
    if (has_prefix(entry, "[")) return entry.substr(1, std::min(entry.find(']'), entry.size()) - 1);
    const std::size_t colon = entry.find(':');
    return colon != entry.npos && entry.find(':', colon + 1) == entry.npos ? entry.substr(0, colon) : entry;
}

// From the last entry of one field to its first; false when the search is over.
bool search(std::string_view list, const std::vector<Subnet>& trusted, std::string_view& client) {
    while (true) {
        const std::size_t comma = list.rfind(',');
        const std::string_view entry = trim(comma == list.npos ? list : list.substr(comma + 1));
        const std::string_view address = without_port(entry);
        const std::optional<Ip> ip = Ip::parse(address);
        if (!ip) return false;
        client = address;
        if (!contains(trusted, *ip)) return false;
        if (comma == list.npos) return true;
        list = list.substr(0, comma);
    }
}

}  // namespace

std::string_view client_of(const Request& request, const Context& context) {
    std::string_view client = context.peer;
    if (context.trusted == nullptr) return client;
    for (auto field = request.fields.rbegin(); field != request.fields.rend(); ++field)
        if (equal_no_case(field->name, "x-forwarded-for") && !search(field->value, *context.trusted, client)) break;
    return client;
}

}  // namespace postern::http
