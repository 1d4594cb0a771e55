#include "server/site/moved_paths.h"

#include <algorithm>

#include "server/base/text.h"
#include "server/site/error_page.h"
#include "server/site/path_text.h"

namespace postern::site {

MovedPaths::MovedPaths(std::shared_ptr<http::Handler> inner, const std::vector<MovedRule>& rules) : inner_(std::move(inner)) {
    for (const MovedRule& rule : rules) {
        if (rule.below) below_.push_back(rule);
        else exact_.emplace(rule.from, rule);
    }
    std::stable_sort(below_.begin(), below_.end(), [](const MovedRule& a, const MovedRule& b) { return a.from.size() > b.from.size(); });
}

const MovedRule* MovedPaths::find(std::string_view path) const {
    const auto found = exact_.find(path);
    if (found != exact_.end()) return &found->second;
    for (const MovedRule& rule : below_) {
        if (has_prefix(path, rule.from)) return &rule;
    }
    return nullptr;
}

// No rule is about a path that no file can have, and what is left of it is no text to go on with.
const MovedRule* MovedPaths::rule_of(const http::Request& request) const {
    return request.above_root || request.encoded_slash ? nullptr : find(request.path);
}

http::Response MovedPaths::handle(const http::Request& request, const http::Context& context) {
    const MovedRule* rule = rule_of(request);
    if (rule == nullptr) return inner_->handle(request, context);
    std::string location = rule->to;
    if (rule->below && has_suffix(location, "*")) {
        location.pop_back();
        location += encode_path(request.path.substr(rule->from.size()));
    }
    if (request.has_query && location.find('?') == location.npos && location.find('#') == location.npos) {
        (location += '?') += request.query;
    }
    http::Response response = error_response(rule->status);
    response.fields.emplace_back("Location", std::move(location));
    return response;
}

}  // namespace postern::site
