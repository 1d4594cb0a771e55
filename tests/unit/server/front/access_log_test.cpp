#include "server/front/access_log.h"

#include <doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "server/base/limits.h"
#include "tests/unit/server/front/counting_new.h"
#include "tests/unit/server/front/front_tester.h"

using namespace postern;
using namespace postern::front_tests;
using front::AccessBuffer;
using front::AccessLog;

namespace {

// A file with room for so much.
struct Disk {
    std::string text;
    std::size_t room = 1u << 20, writes = 0;
};

class DiskSink final : public BulkSink {
public:
    explicit DiskSink(Disk& disk) : disk_(disk) {}
    std::size_t write(std::string_view lines) override {
        disk_.writes++;
        const std::string_view some = lines.substr(0, disk_.room);
        disk_.room -= some.size();
        disk_.text += some;
        return some.size();
    }

private:
    Disk& disk_;
};

struct Scene {
    SystemClock clock;
    fakes::LogLines lines;
    Log log{clock, lines.sink(), LogLevel::kDebug};
    Disk disk;
    std::shared_ptr<AccessLog> access =
        std::make_shared<AccessLog>(log, http::AccessFormat::kCombined, std::make_unique<DiskSink>(disk));
    AccessBuffer buffer{access};
    http::Context context;

    Scene() { context.peer = "192.0.2.7"; }
    void note(std::string_view line, std::uint16_t status = 200) { buffer.answered({nullptr, line, status, 7}, context); }
};

const std::string kLine = "192.0.2.7 - - [01/Jan/1970:00:00:00 +0000] \"GET /1 HTTP/1.1\" 200 7 \"-\" \"-\"\n";

}  // namespace

TEST_CASE("lines go out together, a second after the first") {
    Scene scene;
    CHECK(scene.buffer.until_due(scene.context.now).count() == -1);
    scene.note("GET /1 HTTP/1.1");
    scene.context.now += Millis(400);
    scene.note("GET /1 HTTP/1.1");
    CHECK(scene.buffer.until_due(scene.context.now) == Millis(600));
    scene.buffer.flush_if_due(scene.context.now);
    CHECK(scene.disk.writes == 0);
    scene.buffer.flush_if_due(scene.context.now + Millis(600));
    CHECK(scene.disk.writes == 1);
    CHECK(scene.disk.text == kLine + kLine);
    CHECK(scene.buffer.until_due(scene.context.now).count() == -1);
}

TEST_CASE("a full buffer goes out at once, and no line allocates") {
    Scene scene;
    const std::string request = "GET /" + std::string(1000, 'x') + " HTTP/1.1";
    const std::size_t before = allocations.load();
    for (int i = 0; i < 25; i++) scene.note(request);
    CHECK(allocations.load() == before);
    CHECK(scene.disk.writes == 0);
    for (int i = 0; i < 75; i++) scene.note(request);
    CHECK(scene.disk.writes >= 2);
    CHECK(scene.disk.writes <= 4);
    scene.buffer.flush();
    CHECK(std::count(scene.disk.text.begin(), scene.disk.text.end(), '\n') == 100);
}

TEST_CASE("a full disk loses lines, counts them and says so once") {
    Scene scene;
    scene.disk.room = kLine.size() + 10;
    for (int i = 0; i < 3; i++) scene.note("GET /1 HTTP/1.1");
    scene.buffer.flush();
    for (int i = 0; i < 3; i++) {
        scene.note("GET /1 HTTP/1.1");
        scene.buffer.flush();
    }
    CHECK(scene.lines.count(" warn access_log_loses_lines ") == 1);
    scene.disk.room = 1u << 20;
    scene.note("GET /1 HTTP/1.1");
    scene.buffer.flush();
    CHECK(scene.lines.count(" warn access_log_works_again lost=5") == 1);
    CHECK(scene.disk.text == kLine + kLine.substr(0, 10) + "\n" + kLine);  // the torn line ends before the next begins
    scene.disk.room = 0;
    scene.note("GET /1 HTTP/1.1");
    scene.buffer.flush();
    CHECK(scene.lines.count(" warn access_log_loses_lines ") == 2);
}

TEST_CASE("a file is opened again by replacing its sink") {
    Scene scene;
    Disk other;
    scene.note("GET /1 HTTP/1.1");
    scene.access->replace(std::make_unique<DiskSink>(other));
    scene.buffer.flush();
    CHECK(scene.disk.text.empty());
    CHECK(other.text == kLine);
}

TEST_CASE("a front notes its requests, the last ones at its end") {
    Disk disk;
    SystemClock clock;
    fakes::LogLines lines;
    Log log{clock, lines.sink(), LogLevel::kDebug};
    front::FrontOptions options;
    options.access = std::make_shared<AccessLog>(log, http::AccessFormat::kCombined, std::make_unique<DiskSink>(disk));
    {
        House house({endpoint("a")}, options);
        REQUIRE(house.front);
        Peer peer(house.address());
        CHECK(peer.get("/seen") == "a0");
        house.front->drain(Millis(1000));
    }
    CHECK(disk.text.find("127.0.0.1 - - [") == 0);
    CHECK(disk.text.find("\"GET /seen HTTP/1.1\" 200 2 \"-\" \"-\"\n") != std::string::npos);
}

TEST_CASE("sinks: a file that would grow too large begins anew") {
    char folder[] = "/tmp/postern-access-XXXXXX";
    REQUIRE(mkdtemp(folder) != nullptr);
    const std::string path = std::string(folder) + "/log", older = path + ".1";
    const auto text_of = [](const std::string& name) {
        std::ifstream file(name);
        return std::string(std::istreambuf_iterator<char>(file), {});
    };
    {
        auto sink = bulk_file_sink(path, {}, 10);
        REQUIRE(sink.ok());
        CHECK((*sink)->write("one\n") == 4);
        CHECK((*sink)->write("two\n") == 4);
        CHECK_FALSE(std::filesystem::exists(older));
        CHECK((*sink)->write("three\n") == 6);
        CHECK(text_of(path) == "three\n");
        CHECK(text_of(older) == "one\ntwo\n");
        CHECK((*sink)->write("longer than all of it\n") == 22);  // nobody's line is cut
        CHECK(text_of(path) == "longer than all of it\n");
        CHECK(text_of(older) == "three\n");
        std::filesystem::rename(path, path + ".moved");  // by somebody else
        CHECK((*sink)->write("next\n") == 5);
        CHECK(text_of(path) == "next\n");
        CHECK(text_of(older) == "three\n");
        std::filesystem::rename(path, path + ".moved");
        std::ofstream(path) << "of somebody else's\n";
        CHECK((*sink)->write("ours, longer\n") == 13);  // no longer than may be, but for what stands before it
        CHECK(text_of(path) == "of somebody else's\nours, longer\n");
        std::filesystem::rename(path, path + ".moved");
        std::ofstream(path) << "next\n";
    }
    {
        auto again = bulk_file_sink(path, {}, 10);  // what is there counts
        REQUIRE(again.ok());
        CHECK((*again)->write("again\n") == 6);
        CHECK(text_of(older) == "next\n");
    }
    std::filesystem::remove_all(folder);
}

TEST_CASE("sinks: a file, and a pipe of standard error that nobody empties") {
    char path[] = "/tmp/postern-access-XXXXXX";
    UniqueFd made(mkstemp(path));
    REQUIRE(made);
    auto file = bulk_file_sink(path);
    REQUIRE(file.ok());
    CHECK((*file)->write("one\ntwo\n") == 8);
    CHECK((*file)->write("three\n") == 6);
    char text[32] = {};
    CHECK(pread(made.get(), text, sizeof text, 0) == 14);
    unlink(path);
    CHECK_FALSE(bulk_file_sink("/nowhere/at/all").ok());

    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    const UniqueFd in(ends[0]), out(ends[1]), saved(dup(STDERR_FILENO));
    dup2(out.get(), STDERR_FILENO);
    std::string many;
    while (many.size() < 300000) many += "a line of some length, as they are\n";
    const std::size_t went = bulk_stderr_sink()->write(many);  // would wait for ever if it waited
    dup2(saved.get(), STDERR_FILENO);
    CHECK(went > 4096);
    CHECK(went < many.size());
}
