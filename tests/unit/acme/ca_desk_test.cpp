// What is asked of a CA outside of orders: where its directory stands, what time it is.
#include "acme/ca_desk.h"

#include <doctest.h>

#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

using Replies = std::function<Result<HttpReply>(const HttpRequest&)>;

class Says final : public Transport {
public:
    explicit Says(Replies replies, std::optional<WallTime> date = {}) : replies_(std::move(replies)), date_(date) {}
    Result<HttpReply> exchange(const HttpRequest& request) override { return replies_(request); }
    std::optional<WallTime> vouched_date() const override { return date_; }

private:
    Replies replies_;
    std::optional<WallTime> date_;
};

struct Desks {
    std::unique_ptr<CaDesks> desks(Replies replies, std::optional<WallTime> date = {}) {
        return std::make_unique<CaDesks>(*store, [=](const CaSettings&) { return std::make_unique<Says>(replies, date); }, clock);
    }
    fakes::FakeClock system;
    KnownClock clock{system};
    fakes::FakeFiles files;
    std::optional<Store> store = std::move(Store::open(files, "/state", FileSystem::kKeepGroup)).value();
    CaSettings ca = wanted_cert().ca;
};

const char kDirectory[] = R"({"newNonce":"https://ca.example/n","newAccount":"https://ca.example/a","newOrder":"https://ca.example/o"})";

}  // namespace

TEST_CASE("the directory is read once, behind redirects too, and told when it cannot be") {
    Desks world;
    std::vector<std::string> asked;
    int hops = 2;
    auto desks = world.desks([&](const HttpRequest& request) -> Result<HttpReply> {
        asked.push_back(request.url);
        if (static_cast<int>(asked.size()) <= hops) return HttpReply{302, {{"Location", "/hop" + std::to_string(asked.size())}}, {}};
        return HttpReply{200, {}, kDirectory};
    });
    CaDesk& desk = **desks->open(world.ca);
    CHECK(desks->open(world.ca).value() == &desk);
    REQUIRE(read_directory(desk, world.ca.directory_url).ok());
    REQUIRE(read_directory(desk, world.ca.directory_url).ok());
    CHECK(asked == std::vector<std::string>{world.ca.directory_url, "https://ca.example/hop1", "https://ca.example/hop2"});
    CHECK(desk.session.directory->new_order == "https://ca.example/o");
    desk.session.directory.reset();
    asked.clear();
    hops = 1000;
    const auto endless = read_directory(desk, world.ca.directory_url);
    REQUIRE_FALSE(endless.ok());
    CHECK(endless.error().text().find("without end") != std::string::npos);
    CHECK(asked.size() < 10);
}

TEST_CASE("what is no directory is none: other answers, other texts, other schemes, silence") {
    Desks world;
    const std::pair<Result<HttpReply>, const char*> rows[] = {
        {HttpReply{503, {}, "busy"}, "503"},
        {HttpReply{301, {}, "nowhere"}, "301"},
        {HttpReply{302, {{"Location", "http://ca.example/"}}, {}}, "clear text"},
        {HttpReply{200, {}, "<html>"}, "JSON"},
        {HttpReply{200, {}, "{}"}, "newNonce"},
        {Error::retry("no route"), "no route"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.second);
        auto desks = world.desks([&](const HttpRequest&) { return row.first; });
        CaDesk& desk = **desks->open(world.ca);
        const auto read = read_directory(desk, world.ca.directory_url);
        REQUIRE_FALSE(read.ok());
        CHECK(read.error().text().find(row.second) != std::string::npos);
        CHECK_FALSE(desk.session.directory.has_value());
    }
}

TEST_CASE("the time is taken from an answer that vouches for it, whatever its status") {
    Desks world;
    const WallTime date(Seconds(1795219999));
    const auto busy = [](const HttpRequest&) -> Result<HttpReply> { return HttpReply{503, {}, {}}; };
    CHECK(world.desks(busy, date)->ask_time(world.ca).value() == date);
    const auto undated = world.desks(busy)->ask_time(world.ca);
    REQUIRE_FALSE(undated.ok());
    CHECK(undated.error().text().find("no Date") != std::string::npos);
    CHECK_FALSE(world.desks([](const HttpRequest&) { return Result<HttpReply>(Error::retry("no route")); }, date)->ask_time(world.ca).ok());
    auto called_off = world.desks(busy, date);
    called_off->cancel();
    CHECK_FALSE(called_off->ask_time(world.ca).ok());
}

TEST_CASE("without a way to a CA, or a key to sign with, there is no desk") {
    Desks world;
    CaDesks nowhere(*world.store, [](const CaSettings&) { return std::unique_ptr<Transport>(); }, world.clock);
    CHECK(nowhere.open(world.ca).error().kind() == ErrorKind::kBug);
    CHECK(nowhere.ask_time(world.ca).error().kind() == ErrorKind::kBug);
    world.files.put("/state/accounts/lab/account.key", account_key_pem());
    world.files.deny("/state/accounts/lab/account.key", 5 /* EIO */);
    CHECK_FALSE(world.desks([](const HttpRequest&) { return Result<HttpReply>(HttpReply{}); })->open(world.ca).ok());
}
