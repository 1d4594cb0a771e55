#include "firmware/checks/own_doors.h"

#include <cerrno>

#include "server/crypto/cert_making.h"
#include "server/site/error_page.h"

namespace postern::checks {

namespace {

constexpr std::size_t kConnections = 64;  // of strangers who knock meanwhile

class Challenges final : public http::Handler {
public:
    explicit Challenges(const site::ChallengeSource& source) : challenge_(source) {}
    http::Response handle(const http::Request& request, const http::Context& context) override {
        return site::is_challenge_path(request) ? challenge_.handle(request, context) : site::not_found();
    }

private:
    site::Challenge challenge_;
};

std::vector<front::Endpoint> endpoints_of(const std::vector<net::Address>& addresses, const site::ChallengeSource& source,
                                          const std::shared_ptr<const tls::TlsContext>& tls) {
    std::vector<front::Endpoint> endpoints;
    for (const net::Address& address : addresses) {
        front::Endpoint endpoint;
        endpoint.kind = tls ? "https" : "http";
        endpoint.address = address;
        endpoint.tls = tls;
        endpoint.make_handler = [&source](std::size_t) -> Result<std::shared_ptr<http::Handler>> {
            return std::shared_ptr<http::Handler>(std::make_shared<Challenges>(source));
        };
        endpoints.push_back(std::move(endpoint));
    }
    return endpoints;
}

// A listener that cannot be had is a finding, not a failure.
std::unique_ptr<front::Front> open_front(const Clock& clock, Log& log, std::vector<front::Endpoint> endpoints,
                                         acme::preflight::DoorSight& sight) {
    if (endpoints.empty()) return nullptr;
    front::FrontOptions options;
    options.admission = {kConnections, kConnections};
    auto front = front::Front::open(clock, log, std::move(options), std::move(endpoints));
    if (front.ok()) {
        sight.open = true;
        return std::move(front).value();
    }
    sight.failure = front.error().text();
    sight.taken = front.error().number() == EADDRINUSE;
    return nullptr;
}

}  // namespace

Result<void> OwnDoors::make_tls(Random& random) {
    TRY(const crypto::PrivateKey key, crypto::PrivateKey::generate(crypto::KeyType::kEc256));
    TRY(const std::string certificate, crypto::make_self_signed(key, {"localhost"}, build_time(), 3650, random));
    TRY(const Secret key_pem, key.to_pem());
    TRY(auto pair, crypto::CertBundle::from_pem(certificate, key_pem.view()));
    certificates_.set(std::make_shared<const tls::CertTable>(std::vector<tls::CertTable::Entry>{{"check", {"localhost"}, pair}}));
    TRY(tls_, tls::TlsContext::make(certificates_, {}));
    return {};
}

Result<std::unique_ptr<OwnDoors>> OwnDoors::open(const config::ServerSection& server, const site::ChallengeSource& source,
                                                 const Clock& clock, Log& log, Random& random) {
    std::unique_ptr<OwnDoors> doors(new OwnDoors);  // NOLINT(cppcoreguidelines-owning-memory): the constructor is private
    TRY_VOID(doors->make_tls(random));
    doors->plain_front_ = open_front(clock, log, endpoints_of(server.http, source, nullptr), doors->plain_);
    doors->secure_front_ = open_front(clock, log, endpoints_of(server.https, source, doors->tls_), doors->secure_);
    return doors;
}

OwnDoors::~OwnDoors() = default;

Result<void> OwnDoors::start() {
    if (plain_front_) TRY_VOID(plain_front_->start());
    if (secure_front_) TRY_VOID(secure_front_->start());
    return {};
}

}  // namespace postern::checks
