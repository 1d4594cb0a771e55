#include "server/site/hosts.h"

#include <functional>
#include <unordered_map>

#include "server/base/text.h"
#include "server/site/error_page.h"

namespace postern::site {
namespace {

struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

using Names = std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>>;

}  // namespace

struct Hosts::Index {
    std::vector<HostEntry> entries;
    Names exact;
    Names below;  // "*.example.org" as "example.org"
    Challenge challenge;
    std::shared_ptr<http::Handler> fallback;

    // No allocation: names come lower case from the parser.
    const HostEntry* find(std::string_view host) const {
        auto found = exact.find(host);
        if (found != exact.end()) return &entries[found->second];
        const std::size_t dot = host.find('.');
        if (dot == std::string_view::npos || below.empty()) return nullptr;
        found = below.find(host.substr(dot + 1));
        return found == below.end() ? nullptr : &entries[found->second];
    }

    // An https resource is answered only over TLS with a certificate that names its host (RFC 9110 section 7.4). Which one
    // was shown is told by the name that the client asked for, with or without the root's dot. Who named none, or none of ours, has
    // seen the one for all others and went on: he is believed, and so is a trusted proxy.
    bool misdirected(const http::Request& request, const http::Context& context, const HostEntry& entry) const {
        if (context.trusted != nullptr) return false;
        if (!context.secure) return request.wants_tls;
        std::string_view asked = context.server_name;
        if (has_suffix(asked, ".")) asked.remove_suffix(1);
        if (asked.empty() || asked == request.host) return false;
        const HostEntry* const shown = find(asked);
        return shown != nullptr && shown->certificate != entry.certificate;
    }
};

Hosts::Hosts(std::vector<HostEntry> entries, const ChallengeSource& challenges, std::shared_ptr<http::Handler> fallback)
    : index_(std::make_unique<Index>(Index{std::move(entries), {}, {}, Challenge(challenges), std::move(fallback)})) {
    for (std::size_t i = 0; i < index_->entries.size(); ++i) {
        for (const std::string& name : index_->entries[i].names) {
            // Where two sites claim a name the first one has it.
            if (has_prefix(name, "*.")) index_->below.emplace(name.substr(2), i);
            else index_->exact.emplace(name, i);
        }
    }
}

Hosts::~Hosts() = default;

// Which of a site's two handlers it will be is not known here: a body that one of them wants is kept.
bool Hosts::takes_body(const http::Request& request) const {
    if (is_challenge_path(request)) return false;
    const HostEntry* entry = index_->find(request.host);
    return entry != nullptr && (entry->secure->takes_body(request) || entry->plain->takes_body(request));
}

http::Response Hosts::handle(const http::Request& request, const http::Context& context) {
    if (is_challenge_path(request)) return index_->challenge.handle(request, context);
    const HostEntry* entry = index_->find(request.host);
    http::Handler* handler = index_->fallback.get();
    if (entry != nullptr) {
        if (index_->misdirected(request, context, *entry)) return error_response(421);
        handler = (context.secure ? entry->secure : entry->plain).get();
    }
    http::Response response = handler != nullptr ? handler->handle(request, context) : error_response(421);
    if (entry != nullptr) response.counts = entry->counts;
    return response;
}

}  // namespace postern::site
