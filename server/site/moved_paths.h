// Sends paths that have moved to where they are now, before anything is looked for: the `redirect` lines of a site.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/http/handler.h"

namespace postern::site {

struct MovedRule {
    std::string from;            // decoded, as Request::path is: one path, or with `below` what it begins with ("/old/")
    bool below = false;
    std::string to;              // a path, or http(s)://...; with `below` a '*' at its end stands for what follows `from`
    std::uint16_t status = 302;

    bool operator==(const MovedRule&) const = default;
};

// One path before those that lie below; of these the longest counts. The query goes along where `to` has none of its own.
class MovedPaths final : public http::Handler {
public:
    MovedPaths(std::shared_ptr<http::Handler> inner, const std::vector<MovedRule>& rules);
    http::Response handle(const http::Request& request, const http::Context& context) override;
    bool takes_body(const http::Request& request) const override { return rule_of(request) == nullptr && inner_->takes_body(request); }

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    const MovedRule* find(std::string_view path) const;
    const MovedRule* rule_of(const http::Request& request) const;

    std::shared_ptr<http::Handler> inner_;
    std::unordered_map<std::string, MovedRule, Hash, std::equal_to<>> exact_;
    std::vector<MovedRule> below_;  // the longest first
};

}  // namespace postern::site
