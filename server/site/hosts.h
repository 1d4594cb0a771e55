// The front door of the content: challenges first, then the site by Host (and SNI), else 421. One instance a loop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/http/handler.h"
#include "server/site/challenge.h"

namespace postern::site {

struct HostEntry {
    // Lower case, IPv6 in RFC 5952 form without brackets; "*.example.org" stands for exactly one label before it.
    // A site with a canonical name is two entries: that name serves, the others have a Redirect for both handlers.
    std::vector<std::string> names;
    std::shared_ptr<http::Handler> plain;    // answers on plain listeners (the redirect, or the content)
    std::shared_ptr<http::Handler> secure;   // answers on TLS listeners
    std::size_t certificate = 0;             // entries of one number are named by one certificate
    http::AnswerCounts* counts = nullptr;    // where its answers are counted; not owned; null: as the listener's
};

class Hosts final : public http::Handler {
public:
    // `fallback` (may be null: 421) answers a Host that nobody owns; it must not reflect it.
    Hosts(std::vector<HostEntry> entries, const ChallengeSource& challenges, std::shared_ptr<http::Handler> fallback);
    ~Hosts() override;
    http::Response handle(const http::Request& request, const http::Context& context) override;
    bool takes_body(const http::Request& request) const override;

private:
    struct Index;
    std::unique_ptr<Index> index_;
};

}  // namespace postern::site
