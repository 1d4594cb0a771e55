#include "server/crypto/san.h"

#include <mbedtls/x509.h>

#include <deque>

#include "server/base/ip_text.h"
#include "server/base/text.h"

namespace postern::crypto {

namespace {

constexpr std::size_t kLongestName = 253;  // RFC 1035 section 3.1, without the last dot

// Rough on purpose: the configuration has parsed the name, this only keeps nonsense out of signed bytes.
bool may_be_dns_name(std::string_view name) {
    if (has_prefix(name, "*.")) name.remove_prefix(2);
    if (name.empty() || name.size() > kLongestName || name.front() == '.' || name.back() == '.') return false;
    for (char c : name) {
        const bool allowed = (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '.' || c == '_';
        if (!allowed) return false;
    }
    return true;
}

}  // namespace

struct SanList::Impl {
    std::deque<std::string> values;           // deques: the nodes point into the values and at each other
    std::deque<mbedtls_x509_san_list> nodes;
    std::size_t bytes = 0;

    void add(int type, std::string value) {
        bytes += value.size();
        values.push_back(std::move(value));
        mbedtls_x509_san_list node{};
        node.node.type = type;
        node.node.san.unstructured_name.p = reinterpret_cast<unsigned char*>(values.back().data());
        node.node.san.unstructured_name.len = values.back().size();
        nodes.push_back(node);
        if (nodes.size() > 1) nodes[nodes.size() - 2].next = &nodes.back();
    }
};

SanList::SanList(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SanList::SanList(SanList&&) noexcept = default;
SanList& SanList::operator=(SanList&&) noexcept = default;
SanList::~SanList() = default;

Result<SanList> SanList::from(const std::vector<std::string>& names) {
    if (names.empty()) return Error::bug("a certificate needs at least one name");
    auto impl = std::make_unique<Impl>();
    // mbedTLS writes backwards, list and all: reversed here, so that the certificate shows the names as they were given.
    for (auto at = names.rbegin(); at != names.rend(); ++at) {
        const std::string& name = *at;
        if (auto ip = ip_to_bytes(name)) {
            impl->add(MBEDTLS_X509_SAN_IP_ADDRESS, std::move(*ip));
        } else if (may_be_dns_name(name)) {
            impl->add(MBEDTLS_X509_SAN_DNS_NAME, name);
        } else {
            return Error::admin("\"" + printable(name) + "\" is neither a host name in lower case nor an IP address");
        }
    }
    return SanList(std::move(impl));
}

const mbedtls_x509_san_list* SanList::native() const {
    return &impl_->nodes.front();
}

std::size_t SanList::bytes() const {
    return impl_->bytes + impl_->nodes.size() * 4;  // a tag and at most three bytes of length each
}

}  // namespace postern::crypto
