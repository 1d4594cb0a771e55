// A server with TLS on a port of the loopback that answers, breaks off or is silent as a test tells it to. One thread, one
// connection at a time.
#pragma once

#include <mbedtls/ssl.h>

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "server/base/unique_fd.h"
#include "tests/fakes/test_ca.h"

namespace postern::acme {

class HttpsServer {
public:
    enum class Manner : unsigned char {
        kTls,     // an answer for each request, then good-bye
        kCut,     // likewise, without the good-bye
        kPlain,   // the first answer without TLS
        kHangUp,  // closed at once
        kSilent,  // nothing, until the other side goes
    };
    struct Visit {  // of each connection, in order; those beyond are closed at once
        std::vector<std::string> answers;
        Manner manner = Manner::kTls;
    };

    HttpsServer(const fakes::TestCa& ca, const fakes::LeafSpec& leaf, std::vector<Visit> visits,
                const std::string& ip = "127.0.0.1");
    ~HttpsServer() { stop(); }
    HttpsServer(const HttpsServer&) = delete;
    HttpsServer& operator=(const HttpsServer&) = delete;

    std::string url(const std::string& path = "/dir") const { return "https://localhost:" + std::to_string(port) + path; }
    // The clients must be gone. What was heard may be looked at then.
    void stop();

    std::uint16_t port = 0;
    std::vector<std::string> heard;  // requests, whole
    int connections = 0;

private:
    void open(const std::string& ip);
    void serve();
    void receive(int fd, const Visit& visit, const mbedtls_ssl_config& config);
    bool one(mbedtls_ssl_context& ssl, const std::string& answer);

    std::vector<Visit> visits_;
    std::string chain_, key_;
    UniqueFd listener_;
    std::thread thread_;
};

}  // namespace postern::acme
