// What the TLS tests share: certificates made once, a server of two sites, its streams over a Pipe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/base/published.h"
#include "server/crypto/cert_making.h"
#include "server/crypto/init.h"
#include "server/tls/tls_context.h"
#include "server/tls/tls_stream.h"
#include "tests/fakes/fixed_random.h"
#include "tests/fakes/pipe_stream.h"
#include "tests/unit/server/tls/tls_client.h"

namespace postern::tls_tests {

inline tls::CertTable::Bundle make_bundle(const std::vector<std::string>& names,
                                          crypto::KeyType type = crypto::KeyType::kEc256) {
    static fakes::FixedRandom random;
    auto init = crypto::init();
    if (!init.ok()) return nullptr;
    crypto::PrivateKey key = crypto::PrivateKey::generate(type).value();
    std::string chain = crypto::make_self_signed(key, names, WallTime(Seconds(1700000000)), 3650, random).value();
    crypto::PrivateKey copy = std::move(key);
    std::string pem(copy.to_pem().value().view());
    return crypto::CertBundle::from_pem(chain, pem).value();
}

inline tls::CertTable::Entry make_entry(const std::string& lineage, const std::vector<std::string>& names) {
    return {lineage, names, make_bundle(names)};
}

inline std::string der_of(const tls::CertTable::Bundle& bundle) {
    const mbedtls_x509_crt* crt = bundle->native_chain();
    return {reinterpret_cast<const char*>(crt->raw.p), crt->raw.len};
}

// A server with two sites, and its streams.
struct Server {
    Published<tls::CertTable> table{std::make_shared<const tls::CertTable>(
        std::vector<tls::CertTable::Entry>{first_site(), second_site()})};
    std::shared_ptr<tls::TicketKeys> tickets = tls::TicketKeys::make().value();
    std::shared_ptr<const tls::TlsContext> context = tls::TlsContext::make(table, {.alpn = {"http/1.1"}, .tickets = tickets}).value();
    tls::TlsScratch scratch;

    std::unique_ptr<tls::TlsStream> stream(fakes::Pipe& pipe) {
        return std::make_unique<tls::TlsStream>(std::make_unique<fakes::PipeStream>(pipe), context, scratch);
    }
    static const tls::CertTable::Entry& first_site() {
        static const tls::CertTable::Entry entry = make_entry("a", {"a.example", "www.a.example"});
        return entry;
    }
    static const tls::CertTable::Entry& second_site() {
        static const tls::CertTable::Entry entry = make_entry("b", {"b.example", "*.b.example"});
        return entry;
    }
};

// Both take turns until the client is through. False when either fails.
inline bool shake_hands(Client& client, tls::TlsStream& stream, std::string* early = nullptr) {
    char buffer[4096];
    for (int round = 0; round < 20000; round++) {
        int code = client.handshake();
        if (code != 0 && code != MBEDTLS_ERR_SSL_WANT_READ) return false;
        net::IoResult got = stream.read(buffer, sizeof buffer);
        if (got.status == net::IoStatus::kOk && early) early->append(buffer, got.bytes);
        if (got.status == net::IoStatus::kFailed || got.status == net::IoStatus::kEnd) return false;
        if (stream.flush().status == net::IoStatus::kFailed) return false;
        if (code == 0 && stream.established()) return true;
    }
    return false;
}

// All that the stream has for its owner now; `last` says why there is no more.
inline std::string read_all(tls::TlsStream& stream, net::IoStatus* last = nullptr) {
    std::string all;
    std::vector<char> buffer(65536);
    for (;;) {
        net::IoResult got = stream.read(buffer.data(), buffer.size());
        if (last) *last = got.status;
        if (got.status != net::IoStatus::kOk) return all;
        all.append(buffer.data(), got.bytes);
    }
}

}  // namespace postern::tls_tests
