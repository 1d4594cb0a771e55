// Bodies compressed on their way: whatever the pieces and the room, the client gets what came, when it came, and sees a cut.
#include "server/site/packed_body.h"

#include <doctest.h>

#include <ctime>
#include <vector>

#include "tests/unit/server/site/said.h"
#include "tests/unit/server/site/unpack.h"

namespace postern::site::test {
namespace {

struct Scene {
    std::shared_ptr<Script> script = std::make_shared<Script>();
    std::shared_ptr<PackingPlaces> places = std::make_shared<PackingPlaces>();
    Roused rouser;
    std::unique_ptr<http::LiveSource> body;
    std::string sent;

    explicit Scene(std::deque<std::string> pieces = {}, bool ended = false) {
        script->pieces = std::move(pieces);
        script->ended = ended;
        std::unique_ptr<http::LiveSource> inner = std::make_unique<Said>(script);
        body = PackedBody::make(inner, places, rouser);
    }
    // As a session does in its turn, into a guarded room. Returns how often it was given something.
    int turn(std::size_t room) {
        ++rouser.number;
        int times = 0;
        std::string out(room + 1, '#');
        while (const std::size_t size = body->read(out.data(), room)) {
            if (size > room || out[room] != '#') FAIL("more than there was room for");
            sent.append(out, 0, size);
            ++times;
        }
        return times;
    }
    // Until it has ended, or says neither that it has more nor anything.
    void run(std::size_t room) {
        for (int roused = -1; !body->ended() && roused != rouser.count;) {
            roused = rouser.count;
            if (turn(room) > 0) roused = -1;
        }
    }
};

std::deque<std::string> pieces_of(const std::string& text, std::size_t size) {
    std::deque<std::string> pieces;
    for (std::size_t at = 0; at < text.size(); at += size) pieces.push_back(text.substr(at, size));
    return pieces;
}

}  // namespace

TEST_CASE("all sizes of pieces and rooms: the same text, and an end") {
    for (const std::string& text : {std::string(), std::string("x"), page(3000), noise(3000), std::string(3000, 'a'), page(4096), page(4097), page(20000), noise(20000)}) {
        const std::vector<std::size_t> sizes = text.size() > 5000 ? std::vector<std::size_t>{700, 4096, 100000} : std::vector<std::size_t>{1, 2, 3, 7, 100, 2999, 100000};
        for (const std::size_t size : sizes)
            for (const std::size_t room : {1, 2, 5, 6, 7, 63, 64, 65, 1000, 16384})
                for (const bool dry : {false, true}) {
                    CAPTURE(text.size());
                    CAPTURE(size);
                    CAPTURE(room);
                    Scene scene(pieces_of(text, size), true);
                    if (dry && size > 1)  // between all of them
                        for (std::size_t i = scene.script->pieces.size(); i > 0; --i) scene.script->pieces.insert(scene.script->pieces.begin() + static_cast<long>(i), "");
                    for (int turns = 0; turns < 20000 && !scene.body->ended(); ++turns) {
                        scene.turn(room);
                        if (!scene.script->pieces.empty() && scene.script->pieces.front().empty()) scene.script->pieces.pop_front();
                    }
                    REQUIRE(scene.body->ended());
                    CHECK(!scene.body->failed());
                    const Unpacked unpacked = unpack(scene.sent);
                    CHECK(unpacked.whole);
                    CHECK((unpacked.text == text));
                    // Each flush is five bytes, and the end of a block.
                    const std::size_t flushes = dry ? text.size() / size + 1 : 0;
                    CHECK(scene.sent.size() < text.size() + text.size() / 100 + 40 + flushes * 30);
                }
    }
}

TEST_CASE("what has come goes out at once where no more is there, and once") {
    Scene scene({"first words; "});
    CHECK(scene.turn(16384) == 1);
    CHECK(unpack(scene.sent).text == "first words; ");
    const std::size_t before = scene.sent.size();
    for (int i = 0; i < 5; ++i) CHECK(scene.turn(16384) == 0);
    CHECK(scene.sent.size() == before);
    CHECK(!scene.body->ended());
    CHECK(scene.rouser.count == 0);
    scene.script->pieces = {"and more"};
    CHECK(scene.turn(16384) == 1);
    CHECK(unpack(scene.sent).text == "first words; and more");
    scene.script->ended = true;
    CHECK(scene.turn(16384) == 1);
    CHECK(scene.body->ended());
    CHECK(unpack(scene.sent).whole);
}

TEST_CASE("nothing is flushed where there is more") {
    const std::string text = page(30000);
    Scene whole({text}, true), apart(pieces_of(text, 100), true);
    whole.run(16384);
    apart.run(16384);
    CHECK(whole.sent == apart.sent);
    CHECK(whole.sent.size() < text.size() / 2);
}

TEST_CASE("a turn takes no more than its share, and asks for another") {
    Scene scene({std::string(1'000'000, 'a')}, true);
    std::size_t before = 0, turns = 0;
    while (!scene.body->ended() && turns < 100) {
        const int roused = scene.rouser.count;
        scene.turn(16384);
        ++turns;
        CHECK(scene.script->read - before <= limits::kPackedTurn);
        before = scene.script->read;
        if (!scene.body->ended()) CHECK(scene.rouser.count == roused + 1);
    }
    CHECK(turns == 16);
    CHECK((unpack(scene.sent).text == std::string(1'000'000, 'a')));
    CHECK(scene.sent.size() < 4000);
}

TEST_CASE("a turn is shared: asked again in the same one there is no more, and many get a piece each") {
    Scene scene({std::string(1'000'000, 'a')}, true);
    scene.turn(16384);
    const std::size_t first = scene.script->read;
    CHECK(first == limits::kPackedTurn);
    std::string out(16384, '\0');
    CHECK(scene.body->read(out.data(), out.size()) == 0);
    CHECK(scene.script->read == first);
    CHECK(scene.rouser.count == 2);
    scene.places->taken += 3;
    scene.turn(16384);
    CHECK(scene.script->read - first == limits::kPackedTurn / 4);
    scene.places->taken += 100;
    const std::size_t before = scene.script->read;
    scene.turn(16384);
    CHECK(scene.script->read - before == limits::kPackedPiece);
    scene.places->taken -= 103;
}

TEST_CASE("who does not read holds one piece, and what the compressor has") {
    Scene scene({noise(1'000'000)});
    std::string out(1000, '\0');
    for (int i = 0; i < 3; ++i) scene.sent.append(out, 0, scene.body->read(out.data(), out.size()));
    CHECK(scene.script->read <= 3 * limits::kPackedPiece + 8192);
    CHECK(sizeof(PackedBody) < limits::kPackedPiece + 300);
}

TEST_CASE("a cut stays a cut, and what came before it goes out") {
    for (const std::size_t room : {1, 64, 16384})
        for (const std::size_t size : {0, 1, 5000}) {
            Scene scene({page(size)});
            if (size == 0) scene.script->pieces.clear();
            scene.script->failed = scene.script->ended = true;
            scene.run(room);
            CHECK(scene.body->failed());
            CHECK(scene.body->ended());
            const Unpacked unpacked = unpack(scene.sent);
            CHECK(!unpacked.whole);
            CHECK(!unpacked.bad);
            CHECK((unpacked.text == page(size)));
        }
}

TEST_CASE("so many at once, and no more") {
    std::vector<std::unique_ptr<Scene>> scenes;
    const auto places = std::make_shared<PackingPlaces>();
    Roused rouser;
    std::vector<std::unique_ptr<http::LiveSource>> bodies;
    auto make = [&] {
        std::unique_ptr<http::LiveSource> inner = std::make_unique<Said>(std::make_shared<Script>());
        auto body = PackedBody::make(inner, places, rouser);
        CHECK((inner == nullptr) == (body != nullptr));
        return body;
    };
    for (std::size_t i = 0; i < limits::kPackedAnswers; ++i) bodies.push_back(make());
    CHECK(bodies.back() != nullptr);
    CHECK(make() == nullptr);
    bodies.pop_back();
    CHECK(make() != nullptr);
    bodies.clear();
    CHECK(places->taken == 0);
}

TEST_CASE("a small one at once, of whatever") {
    for (std::string text : {std::string("x"), page(1024), page(16384), noise(16384), std::string(16384, 'a')}) {
        const auto bytes = packed(text);
        REQUIRE(bytes);
        const Unpacked unpacked = unpack(*bytes);
        CHECK(unpacked.whole);
        CHECK((unpacked.text == text));
    }
}

// Not a check but a figure: it is the loop that waits.
TEST_CASE("time to pack on the way" * doctest::skip()) {
    double best = 1e9;
    std::size_t size = 0;
    for (int round = 0; round < 50; ++round) {
        Scene scene({page(100'000)}, true);
        const std::clock_t begin = std::clock();
        scene.run(16384);
        best = std::min(best, static_cast<double>(std::clock() - begin) * 1e3 / CLOCKS_PER_SEC);
        size = scene.sent.size();
    }
    MESSAGE(best, " ms for 100000 bytes, ", size, " left");
}

}  // namespace postern::site::test
