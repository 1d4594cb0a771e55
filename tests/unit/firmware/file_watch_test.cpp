#include "firmware/file_watch.h"

#include <doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "server/base/clock.h"
#include "tests/fakes/log_lines.h"

using namespace postern;
namespace fs = std::filesystem;

namespace {

struct Folder {
    std::string path;
    Folder() {
        char name[] = "/tmp/postern-watch-XXXXXX";
        REQUIRE(mkdtemp(name) != nullptr);
        path = fs::canonical(name);
    }
    ~Folder() { fs::remove_all(path); }
    std::string at(const std::string& name) const { return path + "/" + name; }
    void write(const std::string& name, const std::string& text = "x") const { std::ofstream(at(name)) << text; }
};

struct Scene {
    SystemClock clock;
    fakes::LogLines lines;
    Log log{clock, lines.sink(), LogLevel::kDebug};
    std::atomic<int> told{0};
    FileWatch watch{log, [this] { ++told; }};

    bool told_after(const std::function<void()>& change) {
        const int before = told;
        change();
        for (int i = 0; i < 500 && told == before; ++i) usleep(10'000);
        usleep(50'000);  // what is told in two goes
        return told > before;
    }
};

}  // namespace

TEST_CASE("files to watch: where the file lies, and where each link on the way does") {
    Folder folder;
    fs::create_directory(folder.at("a"));
    fs::create_directory(folder.at("b"));
    folder.write("a/file");
    CHECK(folders_to_watch(folder.at("a/file")) == std::vector<std::string>{folder.at("a")});
    CHECK(folders_to_watch(folder.at("a/../a/./file")) == std::vector<std::string>{folder.at("a")});
    CHECK(folders_to_watch(folder.at("a/none")) == std::vector<std::string>{folder.at("a")});
    fs::create_symlink("../a/file", folder.at("b/link"));
    CHECK(folders_to_watch(folder.at("b/link")) == std::vector<std::string>{folder.at("a"), folder.at("b")});
    fs::create_symlink("b", folder.at("live"));
    CHECK(folders_to_watch(folder.at("live/link")) == std::vector<std::string>{folder.path, folder.at("a"), folder.at("b")});
    fs::create_symlink(folder.at("a"), folder.at("absolute"));
    CHECK(folders_to_watch(folder.at("absolute/file")) == std::vector<std::string>{folder.path, folder.at("a")});
    const fs::path before = fs::current_path();
    fs::current_path(folder.path);
    CHECK(folders_to_watch("a/file") == std::vector<std::string>{folder.at("a")});
    CHECK(folders_to_watch("file") == std::vector<std::string>{folder.path});
    fs::current_path(before);
    fs::create_symlink("round", folder.at("round"));
    CHECK(!folders_to_watch(folder.at("round/file")).empty());  // and it ends
}

TEST_CASE("a change of any kind is told") {
    Folder folder;
    for (const char* name : {"one", "two"}) {
        fs::create_directory(folder.at(name));
        folder.write(std::string(name) + "/file");
    }
    fs::create_symlink("one", folder.at("live"));
    Scene scene;
    scene.watch.set_paths({folder.at("live/file"), folder.at("live/other")});
    CHECK(scene.told_after([&] { folder.write("one/file", "in place"); }));
    CHECK(scene.told_after([&] {
        folder.write("one/new", "renamed");
        fs::rename(folder.at("one/new"), folder.at("one/file"));
    }));
    CHECK(scene.told_after([&] { folder.write("one/other"); }));
    CHECK(scene.told_after([&] { fs::remove(folder.at("one/other")); }));
    CHECK(scene.told_after([&] {
        fs::create_symlink("two", folder.at("next"));
        fs::rename(folder.at("next"), folder.at("live"));
    }));
    CHECK(scene.told_after([&] { folder.write("two/file", "where the link leads now"); }));
    CHECK_FALSE(scene.lines.contain("files_unwatched"));
}

TEST_CASE("a folder that comes to be is watched, and what is above it is not any more") {
    Folder folder;
    Scene scene;
    scene.watch.set_paths({folder.at("a/b/file")});
    CHECK(scene.told_after([&] { fs::create_directories(folder.at("a/b")); }));
    CHECK(scene.told_after([&] { folder.write("a/b/file"); }));
    const int before = scene.told;
    folder.write("busy");
    folder.write("a/busy");
    usleep(600'000);
    CHECK(scene.told == before);
}

TEST_CASE("what is not watched any more is not told, and nothing is watched that is not there") {
    Folder folder;
    folder.write("file");
    Scene scene;
    scene.watch.set_paths({folder.at("none/at/all")});
    scene.watch.set_paths({folder.at("file")});
    CHECK(scene.told_after([&] { folder.write("file", "y"); }));
    scene.watch.set_paths({});
    const int before = scene.told;
    folder.write("file", "z");
    usleep(600'000);
    CHECK(scene.told == before);
}

TEST_CASE("a change is told within milliseconds, and a thousand of them are not told a thousand times") {
    Folder folder;
    folder.write("file");
    Scene scene;
    scene.watch.set_paths({folder.at("file")});
    const auto began = std::chrono::steady_clock::now();
    folder.write("file", "y");
    while (scene.told == 0 && std::chrono::steady_clock::now() - began < std::chrono::seconds(5)) usleep(500);
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::milliseconds(200));
    usleep(1'200'000);
    const int before = scene.told;
    for (int i = 0; i < 300; ++i) {
        folder.write("file", std::to_string(i));
        usleep(10'000);
    }
    usleep(600'000);
    CHECK(scene.told - before >= 1);
    CHECK(scene.told - before <= 20);
    const int settled = scene.told;
    usleep(700'000);
    CHECK(scene.told == settled);
}
