// Questions to the DNS, as an interface; StubResolver asks recursive servers for it. Blocking: for acme's thread and the
// subcommands, never for a loop thread. Used by the preflight and CAA; knows neither.
#pragma once

#include "acme/dns/message.h"
#include "acme/dns/resolv_conf.h"
#include "acme/dns/wire.h"
#include "server/base/random.h"

namespace postern::acme::dns {

class Resolver {
public:
    virtual ~Resolver() = default;
    // kFound, kNoData or kNoName: each of them is an answer. An error is that there is none: kRetry, with what each server
    // did; kAdmin when the name is no domain name.
    virtual Result<Reply> ask(const Question& question) = 0;
};

// Each server in turn, `attempts` rounds, limits::kDnsTotal in all; TCP where UDP was cut (RFC 7766), without EDNS0 where
// a server does not know it (RFC 6891 section 7). Everything is borrowed and must outlive it. One thread.
class StubResolver final : public Resolver {
public:
    StubResolver(ServerList list, Wire& wire, Random& random, const Clock& clock, const Cancel& cancel)
        : list_(std::move(list)), wire_(wire), random_(random), clock_(clock), cancel_(cancel) {}

    Result<Reply> ask(const Question& question) override;

private:
    Result<Reply> ask_one(const Server& server, const Question& question, const Deadline& deadline);
    Result<Reply> exchange(const Server& server, const Question& question, bool edns, const Deadline& deadline);

    ServerList list_;
    Wire& wire_;
    Random& random_;
    const Clock& clock_;
    const Cancel& cancel_;
};

}  // namespace postern::acme::dns
