#include "firmware/sites.h"

#include <map>

#include "firmware/embedded.h"
#include "server/site/assets.h"
#include "server/site/file_cache.h"
#include "server/site/hosts.h"
#include "server/site/redirect.h"
#include "server/site/static_files.h"

namespace postern {

namespace {

using HandlerPtr = std::shared_ptr<http::Handler>;

Result<HandlerPtr> content_of(const config::SitePlan& site, const std::shared_ptr<site::FileCache>& cache) {
    if (site.root.empty()) return HandlerPtr(std::make_shared<site::Assets>(embedded_files("default/")));
    site::StaticOptions options;
    options.root = site.root;
    options.index = site.index;
    options.cache = cache;
    Result<std::unique_ptr<site::StaticFiles>> files = site::StaticFiles::open(options);
    if (!files.ok()) return std::move(files).error().at("[site " + site.name + "] root");
    return HandlerPtr(std::move(files).value());
}

// A site with a canonical name is two entries: that name serves, the others send there in one hop.
Result<void> add_site(const config::Plan& plan, const config::SitePlan& site, const std::shared_ptr<site::FileCache>& cache,
                      const site::CertHealth& health, http::AnswerCounts& counts, std::vector<site::HostEntry>& entries) {
    TRY(HandlerPtr content, content_of(site, cache));
    auto port = static_cast<std::uint16_t>(plan.public_https_port);
    auto redirect = std::make_shared<site::Redirect>(site.canonical, port);

    site::HostEntry serving, sending;
    for (const std::string& name : site.names)
        (site.canonical.empty() || name == site.canonical ? serving : sending).names.push_back(name);
    serving.plain = site.redirect_http ? HandlerPtr(redirect) : content;
    const bool strict = site.hsts.kind != site::HstsRule::Kind::kOff;
    auto strictly = [&](HandlerPtr inner) -> HandlerPtr {
        return strict ? std::make_shared<site::Hsts>(std::move(inner), site.hsts, site.folder, health) : inner;
    };
    serving.secure = strictly(content);
    sending.plain = redirect;
    sending.secure = strictly(redirect);
    serving.counts = sending.counts = &counts;
    entries.push_back(std::move(serving));
    if (!sending.names.empty()) entries.push_back(std::move(sending));
    return {};
}

Result<HandlerPtr> make_hosts(const config::Plan& plan, const site::ChallengeSource& challenges, const site::CertHealth& health,
                              http::AnswerBook& answers, std::size_t loop) {
    std::vector<site::HostEntry> entries;
    auto cache = std::make_shared<site::FileCache>();
    for (const config::SitePlan& site : plan.sites) TRY_VOID(add_site(plan, site, cache, health, answers.of(site.name, loop), entries));
    return HandlerPtr(std::make_shared<site::Hosts>(std::move(entries), challenges, nullptr));
}

}  // namespace

std::vector<front::Endpoint> public_endpoints(const config::Plan& plan, const site::ChallengeSource& challenges,
                                              const site::CertHealth& health, http::AnswerBook& answers,
                                              const std::shared_ptr<const tls::TlsContext>& tls) {
    // one tree of handlers a loop, shared by its listeners
    auto trees = std::make_shared<std::map<std::size_t, HandlerPtr>>();
    auto make = [plan, &challenges, &health, &answers, trees](std::size_t loop) -> Result<HandlerPtr> {
        HandlerPtr& tree = (*trees)[loop];
        if (tree) return tree;
        TRY(tree, make_hosts(plan, challenges, health, answers, loop));
        return tree;
    };
    std::vector<front::Endpoint> endpoints;
    for (const config::ListenerPlan& listener : plan.listeners) {
        if (listener.kind == config::ListenerKind::kAdmin) continue;
        front::Endpoint endpoint;
        bool secure = listener.kind == config::ListenerKind::kHttps;
        endpoint.kind = secure ? "https" : "http";
        endpoint.address = listener.address;
        if (secure) endpoint.tls = tls;
        endpoint.make_handler = make;
        endpoints.push_back(std::move(endpoint));
    }
    return endpoints;
}

}  // namespace postern
