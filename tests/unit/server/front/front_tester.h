// What the tests of Front share: endpoints on loopback ports, blocking clients, a handler that says its name.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "server/front/front.h"
#include "tests/fakes/log_lines.h"

namespace postern::front_tests {

class NamedHandler final : public http::Handler {
public:
    explicit NamedHandler(std::string name) : name_(std::move(name)) {}
    http::Response handle(const http::Request& request, const http::Context&) override {
        http::Response response;
        response.body = request.path == "/large" ? std::string(8u << 20, 'L') : name_;
        return response;
    }

private:
    std::string name_;
};

inline front::Endpoint endpoint(const std::string& name, const net::Address& address = net::Address::parse("127.0.0.1:0").value()) {
    front::Endpoint made;
    made.kind = "http";
    made.address = address;
    made.make_handler = [name](std::size_t loop) -> Result<std::shared_ptr<http::Handler>> {
        return std::shared_ptr<http::Handler>(std::make_shared<NamedHandler>(name + std::to_string(loop)));
    };
    return made;
}

// A connected socket that waits at most five seconds for anything.
class Peer {
public:
    explicit Peer(const net::Address& address) : fd_(socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        timeval limit{5, 0};
        setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        connected_ = connect(fd_.get(), address.native(), address.native_size()) == 0;
    }
    bool connected() const { return connected_; }
    int fd() const { return fd_.get(); }
    void close() { fd_.reset(); }
    bool say(std::string_view bytes) const {
        return send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
    }
    // Until `size` bytes, an end or five seconds.
    std::string hear(std::size_t size) const {
        std::string all;
        char buffer[65536];
        while (all.size() < size) {
            ssize_t n = recv(fd_.get(), buffer, sizeof buffer, 0);
            if (n <= 0) break;
            all.append(buffer, static_cast<std::size_t>(n));
        }
        return all;
    }
    bool ended() const {
        char byte;
        ssize_t n = recv(fd_.get(), &byte, 1, 0);
        return n == 0 || (n < 0 && errno != EAGAIN);
    }
    bool silent() const {  // nothing to read now, not even an end
        pollfd asked{fd_.get(), POLLIN, 0};
        return poll(&asked, 1, 0) == 0;
    }
    // One request and its whole answer; empty when there was none.
    std::string get(const std::string& path) const {
        if (!say("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n")) return "";
        std::string all;
        char buffer[4096];
        for (;;) {
            std::size_t head = all.find("\r\n\r\n");
            if (head != all.npos) {
                std::size_t at = all.find("Content-Length: ");
                std::size_t length = static_cast<std::size_t>(std::stoul(all.substr(at + 16, 10)));
                if (all.size() >= head + 4 + length) return all.substr(head + 4);
            }
            ssize_t n = recv(fd_.get(), buffer, sizeof buffer, 0);
            if (n <= 0) return "";
            all.append(buffer, static_cast<std::size_t>(n));
        }
    }

private:
    UniqueFd fd_;
    bool connected_ = false;
};

// A running Front.
struct House {
    SystemClock clock;
    fakes::LogLines lines;
    Log log{clock, lines.sink(), LogLevel::kDebug};
    std::unique_ptr<front::Front> front;

    explicit House(std::vector<front::Endpoint> endpoints, front::FrontOptions options = {}) {
        auto opened = front::Front::open(clock, log, std::move(options), std::move(endpoints));
        if (opened.ok()) front = std::move(opened).value();
        if (front && !front->start().ok()) front.reset();
    }
    net::Address address(std::size_t i = 0) const { return front->listening().at(i).address; }
    // The loops count after they act: a test that saw the act gives them a moment.
    template <typename Condition>
    bool comes_true(Condition condition) const {
        for (int i = 0; i < 5000; i++) {
            if (condition(front->stats())) return true;
            usleep(1000);
        }
        return false;
    }
};

}  // namespace postern::front_tests
