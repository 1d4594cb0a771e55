#include "acme/dns/resolver.h"

#include <doctest.h>

#include <functional>

#include "acme/dns/limits.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fixed_random.h"
#include "tests/unit/acme/dns/packets.h"

using namespace postern;
using namespace postern::acme::dns;
using Outcome = Reply::Outcome;

namespace {

const std::string kIp("\xc0\0\2\1", 4);

// Servers that answer as the test says; silence takes the whole of a try.
class FakeWire final : public Wire {
public:
    explicit FakeWire(fakes::FakeClock& clock) : clock_(clock) {}
    using Answer = std::function<std::vector<std::string>(const Server&, std::string_view question)>;
    Answer udp, tcp;
    std::vector<std::string> asked;  // "192.0.2.1 udp"
    std::vector<std::string> questions;

    Result<std::string> ask_udp(const Server& server, std::string_view question, const Deadline& deadline, const Fits& fits) override {
        note(server, "udp", question);
        for (const std::string& datagram : udp(server, question))
            if (fits(datagram)) return datagram;
        clock_.advance(deadline.left());
        return Error::retry("no answer in time");
    }
    Result<std::string> ask_tcp(const Server& server, std::string_view question, const Deadline&) override {
        note(server, "tcp", question);
        const auto answers = tcp(server, question);
        if (answers.empty()) return Error::retry("the connection was closed");
        return answers.front();
    }

private:
    void note(const Server& server, const char* how, std::string_view question) {
        asked.push_back(server.text() + " " + how);
        questions.emplace_back(question);
    }
    fakes::FakeClock& clock_;
};

struct World {
    fakes::FakeClock clock;
    fakes::FixedRandom random;
    Cancel cancel;
    FakeWire wire{clock};
    StubResolver resolver{parse_resolv_conf("nameserver 192.0.2.1\nnameserver 192.0.2.2\n"), wire, random, clock, cancel};

    Result<Reply> ask() { return resolver.ask({"example.org", Type::kA}); }
};

// The answer to this question: its id and question, then `flags` and `records`.
std::string answer(std::string_view question, unsigned flags, unsigned count, const std::string& records) {
    const std::size_t end = question.find('\0', 12) + 5;
    return std::string(question.substr(0, 2)) + packets::u16(flags) + packets::u16(1) + packets::u16(count) + packets::u16(0) +
           packets::u16(0) + std::string(question.substr(12, end - 12)) + records;
}

std::string good(std::string_view question) { return answer(question, 0x8180, 1, packets::record(packets::pointer(12), 1, kIp)); }

}  // namespace

TEST_CASE("the first server answers") {
    World world;
    world.wire.udp = [](const Server&, std::string_view q) { return std::vector{good(q)}; };
    auto reply = world.ask();
    REQUIRE(reply.ok());
    CHECK(reply->addresses == std::vector{kIp});
    CHECK(world.wire.asked == std::vector<std::string>{"192.0.2.1 udp"});
    REQUIRE(world.ask().ok());
    CHECK(world.wire.questions[0].substr(0, 2) != world.wire.questions[1].substr(0, 2));  // an id for each question
}

TEST_CASE("forged and broken datagrams are dropped, the true answer behind them counts") {
    World world;
    world.wire.udp = [](const Server&, std::string_view q) {
        std::string forged = good(q);
        forged[0] = static_cast<char>(forged[0] + 1);
        return std::vector<std::string>{"", "x", forged, good(q).substr(0, 30), good(q)};
    };
    CHECK(world.ask().ok());
}

TEST_CASE("no name and no data are answers, and nobody else is asked") {
    World world;
    unsigned flags = 0x8183;
    world.wire.udp = [&](const Server&, std::string_view q) { return std::vector{answer(q, flags, 0, "")}; };
    CHECK(world.ask()->outcome == Outcome::kNoName);
    flags = 0x8180;
    CHECK(world.ask()->outcome == Outcome::kNoData);
    CHECK(world.wire.asked.size() == 2);
}

TEST_CASE("a server that fails or is silent: the next one") {
    World world;
    bool silent = false;
    world.wire.udp = [&](const Server& server, std::string_view q) -> std::vector<std::string> {
        if (server.text() == "192.0.2.2") return {good(q)};
        return silent ? std::vector<std::string>{} : std::vector{answer(q, 0x8182, 0, "")};
    };
    CHECK(world.ask().ok());
    silent = true;
    CHECK(world.ask().ok());
    CHECK(world.wire.asked == std::vector<std::string>{"192.0.2.1 udp", "192.0.2.2 udp", "192.0.2.1 udp", "192.0.2.2 udp"});
}

TEST_CASE("nobody answers: what each did is told, within the time for a question") {
    World world;
    world.wire.udp = [](const Server& server, std::string_view q) -> std::vector<std::string> {
        if (server.text() == "192.0.2.1") return {answer(q, 0x8185, 0, "")};
        return {};
    };
    const SteadyTime before = world.clock.steady();
    auto reply = world.ask();
    REQUIRE_FALSE(reply.ok());
    CHECK(reply.error().kind() == ErrorKind::kRetry);
    CHECK(reply.error().text() ==
          "looking up A of example.org: the DNS server 192.0.2.1: REFUSED; the DNS server 192.0.2.2: no answer in time");
    CHECK(world.clock.steady() - before == 2 * limits::kDnsTry);

    StubResolver patient(parse_resolv_conf("nameserver 192.0.2.9\noptions timeout:9 attempts:5"), world.wire, world.random, world.clock, world.cancel);
    const SteadyTime then = world.clock.steady();
    CHECK_FALSE(patient.ask({"example.org", Type::kA}).ok());
    CHECK(world.clock.steady() - then == limits::kDnsTotal);
}

TEST_CASE("a cut answer is asked for over TCP") {
    World world;
    world.wire.udp = [](const Server&, std::string_view q) { return std::vector{answer(q, 0x8380, 0, "")}; };
    world.wire.tcp = [](const Server&, std::string_view q) { return std::vector{good(q)}; };
    auto reply = world.ask();
    REQUIRE(reply.ok());
    CHECK(reply->outcome == Outcome::kFound);
    CHECK(world.wire.asked == std::vector<std::string>{"192.0.2.1 udp", "192.0.2.1 tcp"});
    world.wire.tcp = [](const Server&, std::string_view q) { return std::vector{answer(q, 0x8380, 0, "")}; };
    CHECK(world.ask().error().text().find("its answer is cut over TCP too") != std::string::npos);
    world.wire.tcp = [](const Server&, std::string_view) { return std::vector<std::string>{"?"}; };
    CHECK_FALSE(world.ask().ok());
}

TEST_CASE("a server that does not know EDNS0 is asked without it") {
    World world;
    world.wire.udp = [](const Server&, std::string_view q) {
        const bool edns = q[11] == 1;
        return std::vector{edns ? std::string(q.substr(0, 2)) + packets::u16(0x8181) + std::string(8, '\0') : good(q)};
    };
    CHECK(world.ask().ok());
    CHECK(world.wire.asked.size() == 2);
}

TEST_CASE("called off") {
    World world;
    world.wire.udp = [&](const Server&, std::string_view) {
        world.cancel.now();
        return std::vector<std::string>{};
    };
    auto reply = world.ask();
    REQUIRE_FALSE(reply.ok());
    CHECK(reply.error().text() == "looking up A of example.org: called off");
    CHECK(world.wire.asked.size() == 1);
    CHECK(world.resolver.ask({"a b", Type::kA}).error().kind() == ErrorKind::kAdmin);
}
