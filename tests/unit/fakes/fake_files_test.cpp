// The fake file system must be able to lose things, or the tests over it prove nothing.
#include "tests/fakes/fake_files.h"

#include <doctest.h>

#include <algorithm>
#include <cerrno>
#include <set>

using namespace postern;
using fakes::FakeFiles;

namespace {

// All that `path` may read as after a power cut now.
std::set<std::string> fates(const FakeFiles& files, const std::string& path) {
    std::set<std::string> found;
    for (FakeFiles& after : files.after_power_loss()) found.insert(after.read(path, 1000).value_or("(none)"));
    return found;
}

using Set = std::set<std::string>;

}  // namespace

TEST_CASE("FakeFiles: a file whose folder was not synced may be gone") {
    FakeFiles files;
    files.put_folder("/a");
    REQUIRE(files.create("/a/f", "data", 0600).ok());
    CHECK(fates(files, "/a/f") == Set{"(none)", "data"});
    REQUIRE(files.sync_folder("/a").ok());
    CHECK(fates(files, "/a/f") == Set{"data"});
}

TEST_CASE("FakeFiles: data that was not fsynced may be lost, halved or zeros") {
    FakeFiles files;
    files.put_folder("/a");
    files.power_cut_at(4);  // the fsync
    CHECK_FALSE(files.create("/a/f", "data", 0600).ok());
    CHECK(fates(files, "/a/f") == Set{"(none)", "", "da", "data", std::string(4, '\0')});
    files.power_cut_at(3);
    CHECK_FALSE(files.create("/a/g", "data", 0600).ok());
    CHECK(fates(files, "/a/g") == Set{"(none)", "", "d", "da", std::string(2, '\0')});
}

TEST_CASE("FakeFiles: writing in place, as nobody should, is caught") {
    FakeFiles files;
    files.put("/a/f", "old");
    REQUIRE(files.remove_file("/a/f").ok());
    REQUIRE(files.create("/a/f", "new", 0600).ok());
    CHECK(fates(files, "/a/f") == Set{"(none)", "old", "new"});
}

TEST_CASE("FakeFiles: a rename is one thing, lasting with either folder") {
    for (const char* synced : {"/a", "/b"}) {
        FakeFiles files;
        files.put("/a/f", "x");
        files.put_folder("/b");
        REQUIRE(files.rename("/a/f", "/b/f").ok());
        for (FakeFiles& after : files.after_power_loss()) CHECK(*after.exists("/a/f") != *after.exists("/b/f"));
        REQUIRE(files.sync_folder(synced).ok());
        CHECK(fates(files, "/b/f") == Set{"x"});
        CHECK(fates(files, "/a/f") == Set{"(none)"});
    }
}

TEST_CASE("FakeFiles: what a synced rename stands on cannot come back by itself") {
    FakeFiles files;
    files.put_folder("/a");
    files.put_folder("/b");
    REQUIRE(files.create("/a/t", "x", 0600).ok());
    REQUIRE(files.rename("/a/t", "/b/f").ok());
    REQUIRE(files.sync_folder("/b").ok());
    CHECK(fates(files, "/a/t") == Set{"(none)"});
}

TEST_CASE("FakeFiles: many unsynced changes still give few survivors, the edges among them") {
    FakeFiles files;
    files.put_folder("/a");
    for (int i = 0; i < 10; ++i) REQUIRE(files.make_symlink("x", "/a/" + std::to_string(i)).ok());
    std::set<std::size_t> counts;
    for (FakeFiles& after : files.after_power_loss()) counts.insert(after.list("/a")->size());
    CHECK(counts == std::set<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    CHECK(files.after_power_loss().size() == 31);
}

TEST_CASE("FakeFiles: the machine is off after the cut") {
    FakeFiles files;
    files.put("/a/f", "x");
    files.power_cut_at(1);
    CHECK_FALSE(files.remove_file("/a/f").ok());
    CHECK_FALSE(files.read("/a/f", 10).ok());
    CHECK_FALSE(files.make_folder("/b", 0700).ok());
    CHECK(files.fault_hit());
    CHECK(fates(files, "/a/f") == Set{"x"});
}

TEST_CASE("FakeFiles: says what the system says") {
    FakeFiles files;
    files.put("/a/f", "x");
    files.put_folder("/empty");
    files.put_link("/loop", "loop");
    CHECK(files.read("/none", 1).error().number() == ENOENT);
    CHECK(files.read("/loop", 1).error().number() == ELOOP);
    CHECK(files.read("/a/f/g", 1).error().number() == ENOTDIR);
    CHECK_FALSE(files.read("/a", 1).ok());
    CHECK_FALSE(files.read("/a/f", 0).ok());
    CHECK(files.create("/a/f", "", 0600).error().number() == EEXIST);
    CHECK(files.create("/none/f", "", 0600).error().number() == ENOENT);
    CHECK(files.make_folder("/a", 0700).error().number() == EEXIST);
    CHECK(files.remove_file("/a").error().number() == EISDIR);
    CHECK(files.remove_folder("/a").error().number() == ENOTEMPTY);
    CHECK(files.remove_folder("/a/f").error().number() == ENOTDIR);
    CHECK(files.rename("/none", "/x").error().number() == ENOENT);
    CHECK(files.rename("/a/f", "/empty").error().number() == EISDIR);
    CHECK(files.rename("/empty", "/a/f").error().number() == ENOTDIR);
    CHECK(files.rename("/empty", "/a").error().number() == ENOTEMPTY);
    CHECK(files.rename("/a", "/empty").ok());
    CHECK(files.read_link("/empty/f").error().number() == EINVAL);
    CHECK(files.list("/empty/f").error().number() == ENOTDIR);
    CHECK(files.info("/loop")->kind == FileInfo::Kind::kSymlink);
    CHECK(files.tree().at("/empty/f") == "file 600 x");
}

TEST_CASE("FakeFiles: a drawn survivor is one of the survivors; what was written back cannot be lost") {
    FakeFiles files;
    files.put_folder("/a");
    REQUIRE(files.create("/a/f", "data", 0600).ok());
    std::uint32_t state = 1;
    const auto pick = [&](std::size_t below) { return ((state = state * 1664525u + 1013904223u) >> 16) % below; };
    Set drawn;
    for (int i = 0; i < 64; ++i) drawn.insert(files.after_power_loss(pick).read("/a/f", 1000).value_or("(none)"));
    CHECK(drawn == fates(files, "/a/f"));
    files.write_back();
    CHECK(fates(files, "/a/f") == Set{"data"});
    REQUIRE(files.remove_file("/a/f").ok());
    files.write_back();  // its room is used again
    REQUIRE(files.create("/a/g", "other", 0600).ok());
    CHECK(files.read("/a/g", 1000).value_or("") == "other");
    CHECK(files.list("/a").value_or({}) == std::vector<std::string>{"g"});
}
