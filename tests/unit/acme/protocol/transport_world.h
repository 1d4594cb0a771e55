// A CA's server on the loopback and our connection to it, for tests of the real transport.
#pragma once

#include <cstdio>
#include <unistd.h>

#include "acme/protocol/transport.h"
#include "tests/fakes/fake_clock.h"
#include "tests/unit/acme/protocol/https_server.h"

namespace postern::acme {

inline const fakes::TestCa& lab_ca() {
    static const fakes::TestCa ca("Lab");
    return ca;
}
inline fakes::LeafSpec lab_leaf(const std::string& name = "localhost") {
    fakes::LeafSpec leaf;
    leaf.names = {name};
    return leaf;
}
inline std::string answer_of(const std::string& body, const std::string& more = "") {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more + "\r\n" + body;
}

// A file that goes when this does.
struct PemFile {
    explicit PemFile(const std::string& text) {
        const int fd = ::mkstemp(path.data());
        REQUIRE(fd >= 0);
        REQUIRE(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
        ::close(fd);
    }
    ~PemFile() { ::unlink(path.c_str()); }
    PemFile(const PemFile&) = delete;
    PemFile& operator=(const PemFile&) = delete;
    std::string path = "/tmp/postern-anchors-XXXXXX";
};

// Dates are judged by a clock of the test's, so that the day on which it runs does not matter.
struct Wire {
    explicit Wire(std::vector<HttpsServer::Visit> visits, const fakes::LeafSpec& leaf = lab_leaf(),
                  const fakes::TestCa& trusted = lab_ca(), TransportOptions options = {}, const std::string& ip = "127.0.0.1")
        : anchors(trusted.root()), server(lab_ca(), leaf, std::move(visits), ip) {
        options.ca_file = anchors.path;
        options.user_agent = "postern/test";
        transport = make_httplib_transport(options);
        transport->judge_dates_by(&clock);
    }
    Result<HttpReply> get(const std::string& path = "/dir") {
        return transport->exchange({HttpRequest::Method::kGet, server.url(path), {}, {}});
    }
    // The server's thread ends: what it heard may be looked at.
    HttpsServer& over() {
        transport.reset();
        server.stop();
        return server;
    }

    PemFile anchors;
    fakes::FakeClock clock;
    HttpsServer server;
    std::unique_ptr<Transport> transport;
};

}  // namespace postern::acme
