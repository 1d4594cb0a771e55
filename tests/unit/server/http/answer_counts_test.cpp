#include "server/http/answer_counts.h"

#include <doctest.h>

#include "tests/unit/server/http/wire.h"

namespace postern::http::test {
namespace {

ByStatus of(const AnswerCounts& counts) {
    ByStatus totals;
    counts.add_to(totals);
    return totals;
}

class Promise final : public Later {
public:
    bool take(Response& into) override {
        into.status = 503;
        return true;
    }
};

}  // namespace

TEST_CASE("each status has a place of its own, and the unknown ones share one") {
    for (std::size_t place = 0; place < kStatuses; ++place) CHECK(status_place(status_at(place)) == place);
    AnswerCounts counts;
    for (const int status : {200, 200, 404, 0, 299, 600, 65535}) counts.count(static_cast<std::uint16_t>(status));
    CHECK(of(counts) == ByStatus{{0, 4}, {200, 2}, {404, 1}});
}

TEST_CASE("a book adds up the loops of a site, and has an end") {
    AnswerBook book;
    AnswerCounts& first = book.of("a", 0);
    CHECK(&first == &book.of("a", 0));
    CHECK(&first != &book.of("a", 1));
    first.count(200);
    book.of("a", 1).count(200);
    book.of("a", 1).count(301);
    book.of("b", 0);
    CHECK(book.totals() == std::map<std::string, ByStatus>{{"a", {{200, 2}, {301, 1}}}, {"b", {}}});
    for (std::size_t i = 2; i < AnswerBook::kMostSites; ++i) book.of("site " + std::to_string(i), 0);
    book.of("one too many", 0).count(200);
    book.of("b", 0).count(204);
    auto totals = book.totals();
    CHECK(totals.at("b") == ByStatus{{204, 1}});
    CHECK(totals.at(AnswerBook::kNobody) == ByStatus{{200, 1}});
    CHECK(totals.count("one too many") == 0);
}

TEST_CASE("an answer counts once: the handler's as it says, all others as the listener's") {
    AnswerCounts listener, site;
    Wire wire;
    wire.context.counts = &listener;
    wire.handler.answer = [&site](const Request& request) {
        Response response;
        if (request.path != "/nobodys") response.counts = &site;
        if (request.path == "/gone") response.status = 410;
        if (request.path == "/later") response.later = std::make_unique<Promise>();
        return response;
    };
    for (const char* path : {"/", "/", "/gone", "/nobodys"}) wire.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(of(site) == ByStatus{{200, 2}, {410, 1}});
    CHECK(of(listener) == ByStatus{{200, 1}});

    wire.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(of(site).count(503) == 0);
    std::string window(4096, '\0');
    Output out(window.data(), window.size());
    wire.session->resume(wire.context, out);
    CHECK(of(site).at(503) == 1);

    wire.send("no request\r\n\r\n");
    CHECK(of(listener) == ByStatus{{200, 1}, {400, 1}});

    Wire slow;
    slow.context.counts = &listener;
    slow.send("GET / HT");
    slow.time_out();
    CHECK(of(listener) == ByStatus{{200, 1}, {400, 1}, {408, 1}});
}

}  // namespace postern::http::test
