#include "firmware/sites.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "firmware/credentials.h"
#include "firmware/embedded.h"
#include "server/base/text.h"
#include "server/crypto/mac.h"
#include "server/proxy/proxy.h"
#include "server/site/aliases.h"
#include "server/site/allowed.h"
#include "server/site/assets.h"
#include "server/site/basic_auth.h"
#include "server/site/error_pages.h"
#include "server/site/file_cache.h"
#include "server/site/hosts.h"
#include "server/site/moved_paths.h"
#include "server/site/own_fields.h"
#include "server/site/packed_answers.h"
#include "server/site/rate_limit.h"
#include "server/site/redirect.h"
#include "server/site/request_ids.h"
#include "server/site/static_files.h"

namespace postern {

namespace {

using HandlerPtr = std::shared_ptr<http::Handler>;

HandlerPtr with_fields(HandlerPtr inner, const std::vector<site::OwnField>& fields, site::OwnFields::Of of = site::OwnFields::Of::kAll) {
    return fields.empty() ? inner : std::make_shared<site::OwnFields>(std::move(inner), fields, of);
}

// What the owner has not said otherwise. No page of another site shows this one in a frame, where its visitor could be led
// to click what he does not see, and paths, which may be secret, are told to no other site.
std::vector<site::OwnField> careful_fields(const config::SiteContent& content) {
    std::vector<site::OwnField> fields;
    if (!content.security_headers) return fields;
    for (const site::OwnField& field : {site::OwnField{"X-Frame-Options", "SAMEORIGIN"}, {"Referrer-Policy", "strict-origin-when-cross-origin"}}) {
        const auto same = [&](const site::OwnField& own) { return equal_no_case(own.name, field.name); };
        if (std::none_of(content.header.begin(), content.header.end(), same)) fields.push_back(field);
    }
    return fields;
}

// A folder of a site: its root, or what an alias shows below `prefix`.
Result<HandlerPtr> folder_of(const config::SiteContent& content, const std::string& folder, const std::string& prefix,
                             const std::shared_ptr<site::FileCache>& cache) {
    site::StaticOptions options;
    options.root = folder;
    options.index = content.index;
    options.cache = cache;
    options.prefix = prefix;
    options.cache_control = content.cache_control;
    options.mime = content.mime;
    options.compress = content.compress;
    options.compress_min = static_cast<std::size_t>(content.compress_min);
    options.compress_types = content.compress_types;
    options.listing = content.listing;
    options.spa = content.spa && prefix.empty();
    TRY(std::unique_ptr<site::StaticFiles> files, site::StaticFiles::open(options));
    return with_fields(std::move(files), careful_fields(content), site::OwnFields::Of::kWhatIsThere);
}

// What the sites of a loop share.
struct Shared {
    std::shared_ptr<site::FileCache> cache = std::make_shared<site::FileCache>();
    std::shared_ptr<site::PackingPlaces> packing = std::make_shared<site::PackingPlaces>();
};

HandlerPtr proxy_of(const config::SitePlan& plan, const proxy::Route& route, const Shared& shared, Log& log) {
    proxy::ProxyOptions options;
    options.route = route;
    options.max_body = static_cast<std::uint64_t>(plan.content.max_body);
    options.timeout = Seconds(plan.content.timeout);
    options.site = plan.name;
    options.log = &log;
    HandlerPtr answers = std::make_shared<proxy::Proxy>(options);
    if (!plan.content.compress_proxied) return answers;
    site::PackRules rules{static_cast<std::size_t>(plan.content.compress_min), plan.content.compress_types};
    return std::make_shared<site::PackedAnswers>(std::move(answers), std::move(rules), shared.packing);
}

// Folders and, below their prefixes, other folders and other servers.
Result<HandlerPtr> places_of(const config::SitePlan& plan, const Shared& shared, Log& log) {
    const config::SiteContent& content = plan.content;
    HandlerPtr handler;
    if (content.root.empty()) {
        handler = std::make_shared<site::Assets>(embedded_files("default/"));
    } else {
        TRY(handler, folder_of(content, content.root, "", shared.cache));
    }
    std::vector<site::Alias> aliases;
    for (const config::AliasRule& rule : content.alias) {
        TRY(HandlerPtr files, folder_of(content, rule.folder, rule.prefix, shared.cache));
        aliases.push_back({rule.prefix, std::move(files)});
    }
    for (const proxy::Route& route : content.proxy) aliases.push_back({route.prefix, proxy_of(plan, route, shared, log)});
    return aliases.empty() ? handler : std::make_shared<site::Aliases>(std::move(handler), std::move(aliases));
}

// What the site shows, the first that is asked outermost: moved paths, pages for errors, folders.
Result<HandlerPtr> content_of(const config::SitePlan& plan, const Shared& shared, Log& log) {
    const config::SiteContent& content = plan.content;
    Result<HandlerPtr> files = places_of(plan, shared, log);
    if (!files.ok()) return std::move(files).error().at("[site " + plan.name + "]");
    HandlerPtr handler = std::move(files).value();
    if (!content.root.empty() && (!content.error_page_404.empty() || !content.error_page_5xx.empty())) {
        const auto relative = [](const std::string& path) { return path.empty() ? path : path.substr(1); };
        const site::ErrorPageFiles pages{relative(content.error_page_404), relative(content.error_page_5xx)};
        TRY(handler, site::ErrorPages::open(std::move(handler), content.root, pages));
    }
    return content.redirect.empty() ? handler : std::make_shared<site::MovedPaths>(std::move(handler), content.redirect);
}

// Of a reading of the configuration and all loops; by site, in the order of the plan.
struct Guard {
    std::shared_ptr<site::CredentialCheck> passwords;  // null: none are asked for
    std::shared_ptr<site::RateTable> rate;             // null: none
};
using Guards = std::vector<Guard>;

// Who may see that, and how often; what redirects to it asks nobody.
HandlerPtr guarded(HandlerPtr content, const config::SitePlan& site, const Guard& guard) {
    if (guard.passwords) content = std::make_shared<site::BasicAuth>(std::move(content), guard.passwords, site.name);
    if (guard.rate) content = std::make_shared<site::RateLimit>(std::move(content), guard.rate);
    if (site::AddressRule rule = config::addresses_of(site.access); rule.restricts())
        content = std::make_shared<site::Allowed>(std::move(content), std::move(rule));
    return content;
}

Guards make_guards(const config::Plan& plan, access::VisitorDesk& desk) {
    Guards guards(plan.sites.size());
    const crypto::Mac keyed = crypto::MacKey(desk.key()).of("rate");
    std::uint64_t seed = 0;
    std::memcpy(&seed, keyed.data(), sizeof seed);
    for (std::size_t i = 0; i < guards.size(); ++i) {
        const config::SitePlan& site = plan.sites[i];
        if (site.access.users)
            guards[i].passwords = make_credential_check(std::make_shared<access::SitePasswords>(desk, site.access.users, site.name));
        if (site.access.rate.count > 0) guards[i].rate = std::make_shared<site::RateTable>(site.access.rate, seed);
    }
    return guards;
}

// A number for each that there is: one a site, but those that come from the same files are one.
std::size_t certificate_of(const config::Plan& plan, const config::SitePlan& site) {
    std::size_t at = 0;
    while (&plan.sites[at] != &site && (site.files.empty() || plan.sites[at].files != site.files)) ++at;
    return at;
}

// A site with a canonical name is two entries: that name serves, the others send there in one hop.
void add_site(const config::Plan& plan, const config::SitePlan& site, const HandlerPtr& content, const SiteParts& parts,
              http::AnswerCounts& counts, std::vector<site::HostEntry>& entries) {
    auto port = static_cast<std::uint16_t>(plan.public_https_port);
    auto redirect = std::make_shared<site::Redirect>(site.canonical, port);

    site::HostEntry serving, sending;
    serving.certificate = sending.certificate = certificate_of(plan, site);
    for (const std::string& name : site.names)
        (site.canonical.empty() || name == site.canonical ? serving : sending).names.push_back(name);
    serving.plain = site.redirect_http ? HandlerPtr(redirect) : with_fields(content, site.content.header);
    const bool strict = site.hsts.kind != site::HstsRule::Kind::kOff;
    auto strictly = [&](HandlerPtr inner) -> HandlerPtr {
        return strict ? std::make_shared<site::Hsts>(std::move(inner), site.hsts, site.folder, parts.health) : inner;
    };
    serving.secure = with_fields(strictly(content), site.content.header);
    sending.plain = redirect;
    sending.secure = strictly(redirect);
    serving.counts = sending.counts = &counts;
    entries.push_back(std::move(serving));
    if (!sending.names.empty()) entries.push_back(std::move(sending));
}

Result<HandlerPtr> make_hosts(const config::Plan& plan, const Guards& guards, const SiteParts& parts, std::size_t loop) {
    std::vector<site::HostEntry> entries;
    const Shared shared;
    for (std::size_t i = 0; i < plan.sites.size(); ++i) {
        const config::SitePlan& site = plan.sites[i];
        TRY(HandlerPtr content, content_of(site, shared, parts.log));
        add_site(plan, site, guarded(std::move(content), site, guards[i]), parts, parts.answers.of(site.name, loop), entries);
    }
    HandlerPtr hosts = std::make_shared<site::Hosts>(std::move(entries), parts.challenges, nullptr);
    return plan.request_id ? HandlerPtr(std::make_shared<site::RequestIds>(std::move(hosts), parts.random)) : hosts;
}

}  // namespace

std::vector<front::Endpoint> public_endpoints(const config::Plan& plan, const SiteParts& parts,
                                              const std::shared_ptr<const tls::TlsContext>& tls) {
    // one tree of handlers a loop, shared by its listeners
    auto trees = std::make_shared<std::map<std::size_t, HandlerPtr>>();
    auto make = [plan, parts, guards = make_guards(plan, parts.visitors), trees](std::size_t loop) -> Result<HandlerPtr> {
        HandlerPtr& tree = (*trees)[loop];
        if (tree) return tree;
        TRY(tree, make_hosts(plan, guards, parts, loop));
        return tree;
    };
    std::shared_ptr<front::TrustedProxies> trusted;
    if (!plan.trusted_proxies.empty())
        trusted = std::make_shared<front::TrustedProxies>(front::TrustedProxies{plan.trusted_proxies, plan.proxy_protocol});
    std::vector<front::Endpoint> endpoints;
    for (const config::ListenerPlan& listener : plan.listeners) {
        if (listener.kind == config::ListenerKind::kAdmin) continue;
        front::Endpoint endpoint;
        bool secure = listener.kind == config::ListenerKind::kHttps;
        endpoint.kind = secure ? "https" : "http";
        endpoint.address = listener.address;
        if (secure) endpoint.tls = tls;
        endpoint.make_handler = make;
        endpoint.trusted = trusted;
        endpoints.push_back(std::move(endpoint));
    }
    return endpoints;
}

}  // namespace postern
