#include "firmware/admin_doors.h"

#include "firmware/admin/admin_site.h"

namespace postern {

namespace {

using HandlerPtr = std::shared_ptr<http::Handler>;

constexpr std::size_t kApiBody = 1u << 20;  // an INI or a certificate to come; a renew is 20 bytes

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

}  // namespace

std::string control_socket_path(const std::string& state) { return state + "/control.sock"; }

std::vector<front::Endpoint> admin_endpoints(const config::Config& config, admin::Control& control,
                                             const site::ChallengeSource& challenges,
                                             const std::shared_ptr<const tls::TlsContext>& tls) {
    std::vector<front::Endpoint> endpoints;
    for (const net::Address& address : config.admin.listen) {
        front::Endpoint endpoint;
        endpoint.kind = "admin";
        endpoint.address = address;
        endpoint.tls = tls;
        endpoint.max_body = kApiBody;
        endpoint.make_handler = [&control, &challenges, hosts = config.admin.hosts](std::size_t) -> Result<HandlerPtr> {
            return HandlerPtr(std::make_shared<ChallengeFirst>(challenges, admin::make_admin_site(control, {hosts})));
        };
        endpoints.push_back(std::move(endpoint));
    }
    return endpoints;
}

}  // namespace postern
