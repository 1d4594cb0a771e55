#include "acme/store/archive.h"

#include <doctest.h>

#include <cerrno>

#include "acme/store/store.h"
#include "tests/fakes/fake_files.h"

using namespace postern;
using namespace postern::acme;
using fakes::FakeFiles;

namespace {

// As large as a real chain of two; what stands inside does not matter here.
std::string chain(char mark) {
    std::string block = "-----BEGIN CERTIFICATE-----\n" + std::string(2000, mark) + "\n-----END CERTIFICATE-----\n";
    return block + block;
}
std::string key(char mark) { return "key " + std::string(220, mark); }

Store open(FakeFiles& files, std::uint32_t group = FileSystem::kKeepGroup) {
    auto store = Store::open(files, "/state", group);
    REQUIRE(store.ok());
    return std::move(store).value();
}

// What live/NAME gives: the mark of a whole, matching generation, '-' for nothing, '!' for anything else.
char served(FakeFiles& files) {
    Archive archive(files, "/state", FileSystem::kKeepGroup);
    auto live = archive.live("a.example");
    if (!live || !*live) return '-';
    auto pair = archive.read("a.example", **live);
    if (!pair || pair->key.view().size() < 10) return '!';
    char mark = pair->key.view().back();
    if (pair->fullchain != chain(mark) || pair->key.view() != key(mark)) return '!';
    auto leaf = files.read("/state/live/a.example/cert.pem", 100000);
    auto rest = files.read("/state/live/a.example/chain.pem", 100000);
    return leaf && rest && *leaf + *rest == pair->fullchain ? mark : '!';
}

}  // namespace

TEST_CASE("a generation is four files and one link") {
    FakeFiles files;
    Store store = open(files);
    auto number = store.archive().install("a.example", chain('a'), key('a'));
    REQUIRE(number.ok());
    CHECK(*number == 1);
    auto tree = files.tree();
    CHECK(tree["/state/live/a.example"] == "link ../archive/a.example/1");
    CHECK(tree["/state/archive/a.example/1/privkey.pem"] == "file 600 " + key('a'));
    CHECK(tree["/state/archive/a.example/1/cert.pem"] == "file 644 " + chain('a').substr(0, chain('a').size() / 2));
    CHECK(tree["/state/archive/a.example/1/chain.pem"].size() == tree["/state/archive/a.example/1/cert.pem"].size());
    CHECK(served(files) == 'a');
}

TEST_CASE("the names that have a folder, a thousand at most; a chain is read without its key") {
    FakeFiles files;
    Archive nowhere(files, "/nowhere", FileSystem::kKeepGroup);
    REQUIRE(nowhere.names().ok());
    CHECK(nowhere.names()->empty());
    Store store = open(files);
    REQUIRE(store.archive().install("b.example", chain('b'), key('b')).ok());
    REQUIRE(store.archive().install("a.example", chain('a'), key('a')).ok());
    CHECK(store.archive().names().value() == std::vector<std::string>{"a.example", "b.example"});
    files.deny("/state/archive/a.example/1/privkey.pem", EACCES);
    CHECK(store.archive().read_chain("a.example", 1).value() == chain('a'));
    CHECK_FALSE(store.archive().read("a.example", 1).ok());
    CHECK_FALSE(store.archive().read_chain("a.example", 2).ok());
    for (std::size_t i = 0; i < Archive::kMostNames; ++i) files.put_folder("/state/archive/" + std::to_string(i));
    CHECK(store.archive().names()->size() == Archive::kMostNames);
    files.deny("/state/archive", EACCES);
    CHECK_FALSE(store.archive().names().ok());
}

TEST_CASE("with a group the private key may be read by it, and by nobody else") {
    FakeFiles files;
    Store store = open(files, 33);
    REQUIRE(store.archive().install("a.example", chain('a'), key('a')).ok());
    CHECK(files.tree()["/state/archive/a.example/1/privkey.pem"].substr(0, 8) == "file 640");
    CHECK(files.group_of("/state/archive/a.example/1/privkey.pem") == 33);
    CHECK(files.tree()["/state/accounts"] == "folder 700");
    CHECK(files.tree()["/state/jobs"] == "folder 700");
}

TEST_CASE("the live generation and three before it are kept") {
    FakeFiles files;
    Store store = open(files);
    for (char mark = 'a'; mark < 'a' + 9; ++mark) REQUIRE(store.archive().install("a.example", chain(mark), key(mark)).ok());
    auto kept = store.archive().generations("a.example");
    REQUIRE(kept.ok());
    CHECK(*kept == std::vector<int>{6, 7, 8, 9});
    CHECK(files.list("/state/staging")->empty());
    CHECK(served(files) == 'i');
}

TEST_CASE("numbers are never used twice, not even those set aside") {
    FakeFiles files;
    Store store = open(files);
    REQUIRE(store.archive().install("a.example", chain('a'), key('a')).ok());
    REQUIRE(store.archive().install("a.example", chain('b'), key('b')).ok());
    store.generation_damaged("a.example", 2, "test");
    CHECK(store.notices().size() == 1);
    CHECK(*store.archive().generations("a.example") == std::vector<int>{1});
    CHECK(*store.archive().install("a.example", chain('c'), key('c')) == 3);
}

TEST_CASE("strange things in the archive are no generations") {
    FakeFiles files;
    Store store = open(files);
    for (const char* entry : {"0", "01", "x", "7.damaged-1", ".new", "-3", "99999999999999999999"})
        files.put(std::string("/state/archive/a.example/") + entry + "/fullchain.pem", "x");
    CHECK(store.archive().generations("a.example")->empty());
    CHECK(*store.archive().install("a.example", chain('a'), key('a')) == 8);
}

TEST_CASE("a live link that leads elsewhere is not followed") {
    FakeFiles files;
    Store store = open(files);
    for (const char* target : {"/etc", "../archive/b.example/1", "../archive/a.example/x", "../archive/a.example/1/.."}) {
        files.put_link("/state/live/a.example", target);
        CHECK_FALSE(store.archive().live("a.example").value().has_value());
        REQUIRE(files.remove_file("/state/live/a.example").ok());
    }
    files.put("/state/live/a.example", "a file");
    CHECK_FALSE(store.archive().live("a.example").value().has_value());
}

TEST_CASE("a renewal of a 4 kB chain passes under 11 kB to write") {
    FakeFiles files;
    Store store = open(files);
    auto before = files.bytes_written();
    REQUIRE(store.archive().install("a.example", chain('a'), key('a')).ok());
    CHECK(files.bytes_written() - before < 11000);
}

TEST_CASE("a fault at every step leaves the old pair or the new one") {
    FakeFiles prepared;
    REQUIRE(open(prepared).archive().install("a.example", chain('a'), key('a')).ok());
    for (int number : {EIO, ENOSPC, EROFS}) {
        for (int step = 1;; ++step) {
            FakeFiles files = prepared;
            files.fail_at(step, number);
            auto done = Archive(files, "/state", FileSystem::kKeepGroup).install("a.example", chain('b'), key('b'));
            const bool hit = files.fault_hit();
            files.no_fault();
            CAPTURE(step);
            char now = served(files);
            CHECK((now == 'a' || now == 'b'));
            if (done.ok()) CHECK(now == 'b');
            // A second try succeeds on what the first one left.
            REQUIRE(open(files).archive().install("a.example", chain('c'), key('c')).ok());
            CHECK(served(files) == 'c');
            if (!hit) break;
            REQUIRE(step < 200);
        }
    }
}

TEST_CASE("a power cut at every step leaves the old pair or the new one") {
    FakeFiles prepared;
    for (char mark = 'a'; mark < 'e'; ++mark)  // four: the fifth has something to prune
        REQUIRE(open(prepared).archive().install("a.example", chain(mark), key(mark)).ok());
    int points = 0, reboots = 0;
    for (int step = 1;; ++step, ++points) {
        FakeFiles files = prepared;
        files.power_cut_at(step);
        (void)Archive(files, "/state", FileSystem::kKeepGroup).install("a.example", chain('n'), key('n'));
        for (FakeFiles& after : files.after_power_loss()) {
            ++reboots;
            char now = served(after);
            CAPTURE(step);
            CHECK((now == 'd' || now == 'n'));
            CHECK(open(after).notices().empty());
            CHECK(after.list("/state/staging")->empty());
            // No generation that can be listed is half a one.
            Archive archive(after, "/state", FileSystem::kKeepGroup);
            const auto numbers = archive.generations("a.example");
            for (int n : *numbers) CHECK(archive.read("a.example", n).ok());
            REQUIRE(archive.install("a.example", chain('z'), key('z')).ok());
            CHECK(served(after) == 'z');
        }
        if (!files.fault_hit()) break;
        REQUIRE(step < 200);
    }
    CHECK(points >= 25);
    CHECK(reboots >= points);
}

TEST_CASE("what cannot be read is not taken for nothing") {
    FakeFiles files;
    Store store = open(files);
    Archive& archive = store.archive();
    CHECK(archive.generations("a.example")->empty());
    CHECK_FALSE(archive.live_has_key("a.example", key('a')));
    CHECK_FALSE(archive.read("a.example", 1).ok());
    REQUIRE(archive.install("a.example", chain('a'), key('a')).ok());
    CHECK(archive.live_has_key("a.example", key('a')));
    CHECK_FALSE(archive.live_has_key("a.example", key('b')));
    for (const char* path : {"/state/archive/a.example", "/state/live/a.example", "/state/archive/a.example/1/privkey.pem"}) {
        CAPTURE(path);
        files.deny(path, EIO);
        const bool whole = archive.generations("a.example").ok() && archive.live("a.example").ok() && archive.read("a.example", 1).ok();
        CHECK_FALSE(whole);
        files.deny(path, 0);
    }
    files.deny("/state/live/a.example", EIO);
    CHECK_FALSE(archive.live_has_key("a.example", key('a')));
    CHECK_FALSE(archive.unlink_live("a.example").ok());
    files.deny("/state/live/a.example", 0);
    CHECK(served(files) == 'a');
    CHECK(archive.unlink_live("a.example").ok());
    CHECK(archive.unlink_live("a.example").ok());  // gone is gone
}

TEST_CASE("a fault at every step of an installation that prunes: the new pair serves or the old one, and four are kept in the end") {
    FakeFiles prepared;
    for (char mark = 'a'; mark < 'e'; ++mark) REQUIRE(open(prepared).archive().install("a.example", chain(mark), key(mark)).ok());
    for (int step = 1;; ++step) {
        CAPTURE(step);
        FakeFiles files = prepared;
        files.fail_at(step, EIO);
        const auto done = Archive(files, "/state", FileSystem::kKeepGroup).install("a.example", chain('n'), key('n'));
        const bool hit = files.fault_hit();
        files.no_fault();
        CHECK((served(files) == 'n' || (!done.ok() && served(files) == 'd')));
        Store store = open(files);
        REQUIRE(store.archive().install("a.example", chain('z'), key('z')).ok());
        CHECK(served(files) == 'z');
        CHECK(store.archive().generations("a.example")->size() == 4);
        if (!hit) break;
        REQUIRE(step < 200);
    }
}

TEST_CASE("a fault at every step of a removal: it is told, and the next try leaves nothing") {
    FakeFiles prepared;
    REQUIRE(open(prepared).archive().install("a.example", chain('a'), key('a')).ok());
    for (int step = 1;; ++step) {
        CAPTURE(step);
        FakeFiles files = prepared;
        files.fail_at(step, EIO);
        Archive archive(files, "/state", FileSystem::kKeepGroup);
        const bool removed = archive.remove("a.example").ok();
        const bool hit = files.fault_hit();
        CHECK(removed == !hit);
        files.no_fault();
        CHECK((served(files) == '-' || served(files) == 'a'));  // never half a pair
        CHECK(archive.remove("a.example").ok());
        CHECK(archive.generations("a.example")->empty());
        CHECK(open(files).notices().empty());
        for (const auto& [path, entry] : files.tree()) CHECK(path.find("a.example") == std::string::npos);
        if (!hit) break;
        REQUIRE(step < 50);
    }
}
