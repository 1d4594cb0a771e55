// The composed operations over the fake file system: a fault and a power cut at every step.
#include "server/base/files.h"

#include <doctest.h>

#include <cerrno>
#include <functional>

#include "tests/fakes/fake_files.h"

using namespace postern;
using fakes::FakeFiles;

namespace {

using Operation = std::function<Result<void>(FileSystem&)>;
using Check = std::function<bool(FakeFiles&)>;

constexpr int kMostSteps = 40;

std::string text(FakeFiles& files, const std::string& path) {
    return files.read(path, 1000).value_or("(none)");
}

// Runs `operation` once for each step with an error there, and once with the power cut there; whatever is found
// afterwards must pass `check`. Returns the number of steps.
int at_every_step(const FakeFiles& prepared, const Operation& operation, const Check& check) {
    for (int step = 1; step < kMostSteps; ++step) {
        bool hit = false;
        for (int number : {ENOSPC, EIO}) {
            FakeFiles files = prepared;
            files.fail_at(step, number);
            const auto done = operation(files);
            hit = files.fault_hit();
            CAPTURE(step);
            CHECK(done.ok() == !hit);
            if (hit) CHECK(done.error().number() == number);
            files.no_fault();
            CHECK(check(files));
            for (FakeFiles& after : files.after_power_loss()) CHECK(check(after));
        }
        FakeFiles files = prepared;
        files.power_cut_at(step);
        CHECK(operation(files).ok() == !hit);
        for (FakeFiles& after : files.after_power_loss()) CHECK(check(after));
        if (!hit) return step - 1;
    }
    FAIL("the operation never ends");
    return 0;
}

}  // namespace

TEST_CASE("atomic_write: old or new after a fault at every step") {
    FakeFiles prepared;
    prepared.put("/state/job.json", "old contents");
    const Operation write = [](FileSystem& files) { return files.atomic_write("/state/job.json", "new, longer text", 0600); };
    const Check old_or_new = [](FakeFiles& files) {
        const std::string found = text(files, "/state/job.json");
        return found == "old contents" || found == "new, longer text";
    };
    // remove of a stale temp, open, write, write, fsync, rename, fsync of the folder
    CHECK(at_every_step(prepared, write, old_or_new) == 7);
}

TEST_CASE("atomic_write: a new file is absent or whole") {
    FakeFiles prepared;
    prepared.put_folder("/state");
    const Operation write = [](FileSystem& files) { return files.atomic_write("/state/clock", "1795219200\n", 0600); };
    const Check absent_or_whole = [](FakeFiles& files) {
        const std::string found = text(files, "/state/clock");
        return found == "(none)" || found == "1795219200\n";
    };
    CHECK(at_every_step(prepared, write, absent_or_whole) == 7);
}

TEST_CASE("atomic_write: what it reports as done outlives a power cut") {
    FakeFiles files;
    files.put("/a/f", "old");
    REQUIRE(files.atomic_write("/a/f", "new", 0640, 33).ok());
    for (FakeFiles& after : files.after_power_loss()) {
        CHECK(text(after, "/a/f") == "new");
        CHECK(after.tree() == files.tree());
    }
    CHECK(files.info("/a/f")->mode == 0640);
    CHECK(files.group_of("/a/f") == 33);
    CHECK(files.list("/a")->size() == 1);
}

TEST_CASE("atomic_write: the temp file of a run that died is in nobody's way") {
    FakeFiles files;
    files.put("/a/f", "old");
    files.put("/a/.f.tmp", "half a fi");
    REQUIRE(files.atomic_write("/a/f", "new", 0600).ok());
    CHECK(text(files, "/a/f") == "new");
    CHECK(files.list("/a")->size() == 1);
}

TEST_CASE("atomic_write: no temp file stays behind after an error") {
    for (int step = 2; step <= 6; ++step) {
        FakeFiles files;
        files.put("/a/f", "old");
        files.fail_at(step, EIO);
        CHECK_FALSE(files.atomic_write("/a/f", "new", 0600).ok());
        CAPTURE(step);
        CHECK(*files.list("/a") == std::vector<std::string>{"f"});
        CHECK(text(files, "/a/f") == "old");
    }
}

TEST_CASE("atomic_write: a full disk keeps the old text and may be tried again") {
    FakeFiles files;
    files.put("/a/f", "old");
    files.set_free(3);
    auto written = files.atomic_write("/a/f", "far too long", 0600);
    REQUIRE_FALSE(written.ok());
    CHECK(written.error().kind() == ErrorKind::kRetry);
    CHECK(text(files, "/a/f") == "old");
}

TEST_CASE("atomic_write: paths without a folder and under the root") {
    FakeFiles files;
    CHECK(files.atomic_write("plain", "1", 0600).ok());
    CHECK(files.atomic_write("/rooted", "2", 0600).ok());
    CHECK(text(files, "/plain") == "1");
    CHECK(text(files, "/rooted") == "2");
    CHECK_FALSE(files.atomic_write("/absent/f", "3", 0600).ok());
}

TEST_CASE("atomic_symlink: leads to the old or the new after a fault at every step") {
    FakeFiles prepared;
    prepared.put("/s/archive/x/1/cert.pem", "one");
    prepared.put("/s/archive/x/2/cert.pem", "two");
    prepared.put_link("/s/live/x", "../archive/x/1");
    const Operation swap = [](FileSystem& files) { return files.atomic_symlink("../archive/x/2", "/s/live/x"); };
    const Check old_or_new = [](FakeFiles& files) {
        const std::string found = text(files, "/s/live/x/cert.pem");
        return found == "one" || found == "two";
    };
    CHECK(at_every_step(prepared, swap, old_or_new) == 4);  // remove stale, symlink, rename, fsync of the folder
    REQUIRE(swap(prepared).ok());
    for (FakeFiles& after : prepared.after_power_loss()) CHECK(text(after, "/s/live/x/cert.pem") == "two");
}

TEST_CASE("make_folders: can be repeated after a fault at every step") {
    FakeFiles prepared;
    prepared.put_folder("/var");
    const Operation make = [](FileSystem& files) { return files.make_folders("/var/lib/postern", 0700); };
    const Check repeatable = [&](FakeFiles& files) {
        FakeFiles again = files;
        return make(again).ok() && again.info("/var/lib/postern")->mode == 0700;
    };
    CHECK(at_every_step(prepared, make, repeatable) == 4);  // twice mkdir and fsync of the parent
    REQUIRE(make(prepared).ok());
    for (FakeFiles& after : prepared.after_power_loss()) CHECK(*after.exists("/var/lib/postern"));
    CHECK(prepared.steps() == 4);
    REQUIRE(make(prepared).ok());
    CHECK(prepared.steps() == 4);  // nothing is done where all is there
}

TEST_CASE("make_folders: through symlinks, not over files") {
    FakeFiles files;
    files.put_folder("/data");
    files.put_link("/var", "data");
    files.put_link("/nowhere", "absent");
    files.put("/file", "");
    files.put_link("/tofile", "file");
    CHECK(files.make_folders("/var/lib", 0755).ok());
    CHECK(*files.exists("/data/lib"));
    CHECK(files.make_folders("relative/too", 0755).ok());
    CHECK(files.make_folders("/var/slash/", 0755).ok());
    CHECK(files.make_folders("/file/x", 0755).error().number() == ENOTDIR);
    CHECK(files.make_folders("/tofile", 0755).error().number() == ENOTDIR);
    CHECK(files.make_folders("/nowhere", 0755).error().number() == ENOENT);
}

TEST_CASE("remove_tree: all of it, nothing outside, and again after a fault") {
    FakeFiles prepared;
    prepared.put("/s/archive/x/1/cert.pem", "one");
    prepared.put("/s/archive/x/1/key.pem", "key");
    prepared.put("/s/kept", "kept");
    prepared.put_link("/s/archive/x/1/link", "../../../kept");
    const Operation remove = [](FileSystem& files) { return files.remove_tree("/s/archive/x"); };
    const Check repeatable = [&](FakeFiles& files) {
        FakeFiles again = files;
        return remove(again).ok() && !*again.exists("/s/archive/x") && text(again, "/s/kept") == "kept";
    };
    CHECK(at_every_step(prepared, remove, repeatable) == 5);
    CHECK(prepared.remove_tree("/absent").ok());
}

TEST_CASE("remove_tree: refuses a tree that cannot be ours") {
    FakeFiles deep;
    deep.put("/a/1/2/3/4/5", "x");
    CHECK(deep.remove_tree("/a").error().kind() == ErrorKind::kBug);
    FakeFiles wide;
    for (int i = 0; i < 1001; ++i) {
        REQUIRE(wide.make_folders("/w", 0755).ok());
        REQUIRE(wide.create("/w/" + std::to_string(i), "", 0600).ok());
    }
    CHECK(wide.remove_tree("/w").error().kind() == ErrorKind::kBug);
}

TEST_CASE("exists: tells absence from trouble") {
    FakeFiles files;
    files.put("/a/f", "x");
    CHECK(*files.exists("/a/f"));
    CHECK_FALSE(*files.exists("/a/g"));
    files.deny("/a/f", EACCES);
    CHECK(files.exists("/a/f").error().number() == EACCES);
    files.deny("/a/f", 0);
    CHECK(*files.exists("/a/f"));
}
