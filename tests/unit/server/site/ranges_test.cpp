// Ranges of files, cached and streamed alike: bytes, lengths, multipart, conditions, and files that change meanwhile.
#include <doctest.h>

#include "server/base/limits.h"
#include "server/site/static_files.h"
#include "tests/unit/server/site/browser.h"

namespace postern::site::test {
namespace {

// Two files of bytes that tell where they are from, one cached and one not.
struct Shelf {
    Shelf() {
        small = content(1000);
        large = content(limits::kCachedFile + 5000);
        folder.write("small.txt", small);
        folder.write("large.txt", large);
        folder.write("empty.txt", "");
        StaticOptions options;
        options.root = folder.path().string();
        files = StaticFiles::open(options).value();
        browser = std::make_unique<Browser>(*files);
    }

    static std::string content(std::size_t size) {
        std::string text;
        while (text.size() < size) text += std::to_string(text.size()) + ' ';
        text.resize(size);
        return text;
    }

    Folder folder;
    std::string small, large;
    std::unique_ptr<StaticFiles> files;
    std::unique_ptr<Browser> browser;
};

}  // namespace

TEST_CASE("one range: its bytes, where they lie, and the validators") {
    Shelf shelf;
    for (const std::string name : {"/small.txt", "/large.txt"}) {
        const std::string& whole = name == "/small.txt" ? shelf.small : shelf.large;
        const Answer full = shelf.browser->get(name);
        CHECK(full.field("Accept-Ranges") == "bytes");
        for (const auto& [asked, first, size] : std::initializer_list<std::tuple<const char*, std::size_t, std::size_t>>{
                 {"0-0", 0, 1}, {"5-14", 5, 10}, {"990-", 990, whole.size() - 990}, {"-7", whole.size() - 7, 7},
                 {"0-", 0, whole.size()}}) {
            const auto shown = asked;
            CAPTURE(shown);
            const Answer part = shelf.browser->get(name, std::string("Range: bytes=") + asked + "\r\n");
            CHECK(part.status == 206);
            CHECK(part.body == whole.substr(first, size));
            CHECK(part.field("Content-Length") == std::to_string(size));
            CHECK(part.field("Content-Range") == "bytes " + std::to_string(first) + "-" + std::to_string(first + size - 1) + "/" +
                                                     std::to_string(whole.size()));
            for (const char* same : {"Content-Type", "ETag", "Last-Modified", "X-Content-Type-Options"}) CHECK(part.field(same) == full.field(same));
        }
    }
}

TEST_CASE("several ranges: multipart with an exact length, parts in the order asked for") {
    Shelf shelf;
    for (const std::string name : {"/small.txt", "/large.txt"}) {
        const std::string& whole = name == "/small.txt" ? shelf.small : shelf.large;
        const std::string size = std::to_string(whole.size());
        const Answer part = shelf.browser->get(name, "Range: bytes=500-509, 0-4,-3\r\n");
        CHECK(part.status == 206);
        const std::string type = part.field("Content-Type");
        REQUIRE(type.substr(0, 31) == "multipart/byteranges; boundary=");
        const std::string line = "--" + type.substr(31);
        const std::string head = "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes ";
        const std::string last = std::to_string(whole.size() - 3) + "-" + std::to_string(whole.size() - 1);
        CHECK(part.body == line + head + "500-509/" + size + "\r\n\r\n" + whole.substr(500, 10) + "\r\n" + line + head + "0-4/" + size +
                               "\r\n\r\n" + whole.substr(0, 5) + "\r\n" + line + head + last + "/" + size + "\r\n\r\n" +
                               whole.substr(whole.size() - 3) + "\r\n" + line + "--\r\n");
        CHECK(part.field("Content-Length") == std::to_string(part.body.size()));
        CHECK(part.field("Content-Range").empty());
        CHECK(shelf.browser->get(name, "Range: bytes=0-4,3-9\r\n").field("Content-Range") == "bytes 0-9/" + size);
    }
}

TEST_CASE("416 says the size; HEAD and what is no range get the whole") {
    Shelf shelf;
    for (const std::string name : {"/small.txt", "/large.txt", "/empty.txt"}) {
        CAPTURE(name);
        const Answer full = shelf.browser->get(name);
        const Answer none = shelf.browser->get(name, "Range: bytes=999999-\r\n");
        CHECK(none.status == 416);
        CHECK(none.field("Content-Range") == "bytes */" + full.field("Content-Length"));
        CHECK(none.field("ETag").empty());
        const Answer head = shelf.browser->ask("HEAD " + name, "Range: bytes=0-1\r\n");
        CHECK(head.head == full.head);
        for (const char* odd : {"bytes=4-2", "pages=1-2", "bytes=0-1,x"}) {
            CHECK(shelf.browser->get(name, std::string("Range: ") + odd + "\r\n").bytes == full.bytes);
        }
    }
    CHECK(shelf.browser->get("/missing", "Range: bytes=0-1\r\n").status == 404);
}

TEST_CASE("conditions come before ranges, If-Range last") {
    Shelf shelf;
    for (const std::string name : {"/small.txt", "/large.txt"}) {
        CAPTURE(name);
        const Answer full = shelf.browser->get(name);
        const std::string range = "Range: bytes=0-1\r\n", tag = full.field("ETag"), date = full.field("Last-Modified");
        const std::pair<std::string, int> rows[] = {
            {"If-None-Match: " + tag, 304}, {"If-None-Match: \"x\"", 206}, {"If-Match: \"x\"", 412}, {"If-Match: " + tag, 206},
            {"If-Modified-Since: " + date, 304}, {"If-Unmodified-Since: " + date, 206},
            {"If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT", 412}, {"If-Range: " + tag, 206}, {"If-Range: " + date, 206},
            {"If-Range: \"x\"", 200}, {"If-Range: W/" + tag, 200}, {"If-Range: Sun, 06 Nov 1994 08:49:37 GMT", 200},
            {"If-Range: \"x\"\r\nIf-None-Match: " + tag, 304}, {"If-Range: " + tag + "\r\nIf-Match: \"x\"", 412},
        };
        for (const auto& [fields, status] : rows) {
            const auto shown = fields;
            CAPTURE(shown);
            CHECK(shelf.browser->get(name, range + fields + "\r\n").status == status);
            CHECK(shelf.browser->get(name, fields + "\r\n" + range).status == status);
        }
        CHECK(shelf.browser->get(name, "Range: bytes=999999-\r\nIf-Range: \"x\"\r\n").status == 200);
    }
}

TEST_CASE("a part of a file that shrinks while it is sent cuts the connection; one that grows keeps its promise") {
    for (const bool shrinks : {true, false}) {
        Folder folder;
        folder.write("big", std::string(400000, 'b'));
        StaticOptions options;
        options.root = folder.path().string();
        const auto files = StaticFiles::open(options).value();
        Browser browser(*files);
        http::test::Wire& wire = browser.wire();
        wire.once("GET /big HTTP/1.1\r\nHost: a\r\nRange: bytes=100-, 5-6\r\n\r\n");
        CHECK(wire.session->phase() == http::Phase::kWriting);
        std::filesystem::resize_file(folder.path() / "big", shrinks ? 200000 : 800000);
        wire.drain();
        const std::size_t head = wire.sent.find("\r\n\r\n");
        const std::string length = wire.sent.substr(wire.sent.find("Content-Length: ") + 16, 6);
        CHECK((wire.sent.size() - head - 4 == std::stoul(length)) == !shrinks);
        CHECK(browser.closed() == shrinks);
    }
}

// The file has holes and is 8 GB long; its parts are all that is read.
TEST_CASE("ranges of a file that fits no memory") {
    Folder folder;
    folder.write("huge", "begin");
    const std::uint64_t size = 8ull << 30;
    std::filesystem::resize_file(folder.path() / "huge", size);
    StaticOptions options;
    options.root = folder.path().string();
    const auto files = StaticFiles::open(options).value();
    Browser browser(*files);
    const Answer part = browser.get("/huge", "Range: bytes=0-4, -2\r\n");
    CHECK(part.status == 206);
    CHECK(part.body.find("begin") != std::string::npos);
    CHECK(part.body.find("bytes 8589934590-8589934591/8589934592\r\n\r\n" + std::string(2, '\0')) != std::string::npos);
    CHECK(part.field("Content-Length") == std::to_string(part.body.size()));
}

}  // namespace postern::site::test
