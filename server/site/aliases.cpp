#include "server/site/aliases.h"

#include <algorithm>

#include "server/base/text.h"

namespace postern::site {

Aliases::Aliases(std::shared_ptr<http::Handler> inner, std::vector<Alias> aliases)
    : inner_(std::move(inner)), aliases_(std::move(aliases)) {
    std::stable_sort(aliases_.begin(), aliases_.end(),
                     [](const Alias& a, const Alias& b) { return a.prefix.size() > b.prefix.size(); });
}

http::Handler& Aliases::handler_of(const http::Request& request) const {
    for (const Alias& alias : aliases_) {
        const std::size_t size = alias.prefix.size();
        if (!has_prefix(request.path, alias.prefix)) continue;
        if (request.path.size() == size || request.path[size] == '/') return *alias.handler;
    }
    return *inner_;
}

http::Response Aliases::handle(const http::Request& request, const http::Context& context) {
    return handler_of(request).handle(request, context);
}

}  // namespace postern::site
