#include "firmware/admin_doors.h"

#include "firmware/admin/admin_site.h"
#include "firmware/admin/answers.h"
#include "firmware/config/admin_certificate.h"
#include "server/base/limits.h"

namespace postern {

namespace {

using HandlerPtr = std::shared_ptr<http::Handler>;

constexpr std::size_t kApiBody = limits::kConfigFile + limits::kConfigFile / 4;  // an INI as JSON; a renew is 20 bytes

// A CA may knock at any listener that a port forwarding leads to: challenges come before the admin page too.
class ChallengeFirst final : public http::Handler {
public:
    ChallengeFirst(const site::ChallengeSource& source, HandlerPtr next) : challenge_(source), next_(std::move(next)) {}
    http::Response handle(const http::Request& request, const http::Context& context) override {
        return site::is_challenge_path(request) ? challenge_.handle(request, context) : next_->handle(request, context);
    }

private:
    site::Challenge challenge_;
    HandlerPtr next_;
};

// Nobody gets in: the account cannot be read, or the server is only just starting.
class Closed final : public http::Handler {
public:
    explicit Closed(std::string why) : why_(why.empty() ? "The server is still starting; ask again in a moment." : std::move(why)) {}
    http::Response handle(const http::Request&, const http::Context&) override { return admin::problem_answer(503, why_); }

private:
    std::string why_;
};

HandlerPtr admin_handler(admin::Control& control, AdminAccess& access, const admin::AdminOptions& options) {
    if (access.desk() == nullptr) return std::make_shared<Closed>(access.trouble());
    return admin::make_admin_site(control, *access.desk(), options);
}

}  // namespace

std::string control_socket_path(const std::string& state) { return state + "/control.sock"; }

std::vector<front::Endpoint> admin_endpoints(const config::Config& config, const AdminDoor& door) {
    std::vector<front::Endpoint> endpoints;
    for (const net::Address& address : config.admin.listen) {
        front::Endpoint endpoint;
        endpoint.kind = "admin";
        endpoint.address = address;
        endpoint.tls = door.tls.context;
        endpoint.max_body = kApiBody;
        endpoint.tells_local = true;  // the page is asked for by it
        endpoint.refusal = admin::refused_by_http;
        endpoint.site = "admin";
        admin::AdminOptions options{config::admin_hosts(config), config::subnets_of(config.admin.allow), &door.editor, &door.hub, {},
                                    config.admin.security_text, {}};
        options.pull = [&pulls = door.pulls](const sharing::PullOrder& order) { return pulls.pull(order); };
        options.metrics.token = config.admin.metrics_token;
        if (config.admin.metrics) options.metrics.text = [&watch = door.watch] { return watch.metrics(); };
        endpoint.make_handler = [door, options](std::size_t) -> Result<HandlerPtr> {
            return HandlerPtr(std::make_shared<ChallengeFirst>(door.challenges, admin_handler(door.control, door.access, options)));
        };
        endpoints.push_back(std::move(endpoint));
    }
    return endpoints;
}

}  // namespace postern
