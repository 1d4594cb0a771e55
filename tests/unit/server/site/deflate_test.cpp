// Files packed in the cache: which, when, once; and what that takes.
#include "server/site/deflate.h"

#include <doctest.h>

#include <ctime>

#include "server/base/limits.h"
#include "server/site/file_cache.h"
#include "server/site/static_files.h"
#include "tests/unit/server/site/browser.h"

namespace postern::site::test {
namespace {

// Text like that of pages: words that come again, and some that do not.
std::string text_of(std::size_t size) {
    std::string text;
    for (std::uint32_t i = 1; text.size() < size; i = i * 1664525 + 1013904223) {
        text += i % 3 == 0 ? "<p class=\"entry\">" : "word" + std::to_string(i >> 20) + ' ';
    }
    text.resize(size);
    return text;
}

std::unique_ptr<StaticFiles> open(const Folder& folder, std::shared_ptr<FileCache> cache = nullptr) {
    StaticOptions options;
    options.root = folder.path().string();
    options.cache = std::move(cache);
    options.compress_types = {"text/*", "*+xml", "application/json"};
    return StaticFiles::open(options).value();
}

const std::string kGzip = "Accept-Encoding: gzip, br\r\n";

}  // namespace

TEST_CASE("gzip: a frame of RFC 1952, the same each time, none where nothing is saved") {
    const std::string text = text_of(20000);
    const auto packed = gzip(text);
    REQUIRE(packed);
    CHECK(packed->substr(0, 4) == std::string("\x1f\x8b\x08\x00", 4));
    CHECK(packed->substr(4, 4) == std::string(4, '\0'));  // no time of ours
    CHECK(packed->size() < text.size() / 2);
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length |= static_cast<std::uint32_t>(static_cast<unsigned char>((*packed)[packed->size() - 4 + i])) << (8 * i);
    CHECK(length == text.size());
    CHECK(gzip(text) == packed);
    CHECK(!gzip(""));
    CHECK(!gzip("short"));
    CHECK(!gzip(*packed));
}

TEST_CASE("small files of the types asked for are packed on demand, with tag and Vary of their own") {
    Folder folder;
    const std::string text = text_of(5000);
    for (const char* name : {"a.css", "a.svg", "a.json", "a.bin", "a.png"}) folder.write(name, text);
    folder.write("small.css", text.substr(0, 1023));
    folder.write("least.css", text.substr(0, 1024));
    folder.write("large.css", text_of(limits::kPackedFile + 1));
    folder.write("beside.css", text);
    folder.write("beside.css.br", "brotli");
    const auto files = open(folder);
    Browser browser(*files);
    for (const char* path : {"/a.css", "/a.svg", "/a.json", "/least.css"}) {
        CAPTURE(std::string(path));
        const Answer plain = browser.get(path), packed = browser.get(path, kGzip);
        CHECK(plain.field("Content-Encoding").empty());
        CHECK(plain.field("Vary") == "Accept-Encoding");
        CHECK(packed.field("Content-Encoding") == "gzip");
        CHECK(packed.field("Vary") == "Accept-Encoding");
        CHECK(packed.body == gzip(plain.body));
        CHECK(packed.field("Content-Length") == std::to_string(packed.body.size()));
        CHECK(packed.field("ETag") == plain.field("ETag").substr(0, 17) + "-gz\"");
        CHECK(browser.get(path, kGzip).bytes == packed.bytes);
        browser.wait(limits::kCacheTrust);
        CHECK(browser.get(path, kGzip).bytes == packed.bytes);
        CHECK(browser.get(path, kGzip + "If-None-Match: " + packed.field("ETag") + "\r\n").status == 304);
        CHECK(browser.get(path, kGzip + "If-None-Match: " + plain.field("ETag") + "\r\n").status == 200);
        CHECK(browser.get(path, kGzip + "Range: bytes=0-9\r\n").body == packed.body.substr(0, 10));
        CHECK(browser.ask("HEAD " + std::string(path), kGzip).head == packed.head);
    }
    for (const char* path : {"/a.bin", "/a.png", "/small.css", "/large.css"}) {
        CAPTURE(std::string(path));
        const Answer answer = browser.get(path, kGzip);
        CHECK(answer.field("Content-Encoding").empty());
        CHECK(answer.field("Vary").empty());
    }
    CHECK(browser.get("/beside.css", kGzip).body == "brotli");
    CHECK(browser.get("/beside.css", "Accept-Encoding: gzip\r\n").body == gzip(text));
    folder.write("a.css", text_of(6000), 1'700'000'001);
    browser.wait(limits::kCacheTrust);
    CHECK(browser.get("/a.css", kGzip).body == gzip(text_of(6000)));
    folder.write("a.css.gz", "from the owner");
    browser.wait(limits::kCacheTrust);
    CHECK(browser.get("/a.css", kGzip).body == "from the owner");
}

TEST_CASE("packed copies count in the cache, and are made once") {
    Folder folder;
    for (int i = 0; i < 10; ++i) folder.write(std::to_string(i) + ".css", text_of(5000));
    const auto cache = std::make_shared<FileCache>(20000, 100);
    const auto files = open(folder, cache);
    Browser browser(*files);
    std::size_t before = 0;
    for (int i = 0; i < 10; ++i) {
        const std::string path = "/" + std::to_string(i) + ".css";
        browser.get(path);
        before = cache->bytes();
        CHECK(browser.get(path, kGzip).field("Content-Encoding") == "gzip");
        if (i == 0) CHECK(cache->bytes() > before + 512);
        CHECK(cache->bytes() <= 20000);
        const std::size_t after = cache->bytes();
        CHECK(browser.get(path, kGzip).field("Content-Encoding") == "gzip");
        CHECK(cache->bytes() == after);
    }
    // One that fits alone, but not with its copy, is sent as it is.
    const auto tiny = std::make_shared<FileCache>(6200, 100);
    const auto narrow = open(folder, tiny);
    Browser other(*narrow);
    CHECK(other.get("/1.css", kGzip).body == text_of(5000));
    CHECK(tiny->bytes() <= 6200);
}

// Not a check but a figure: it is the loop that waits.
TEST_CASE("time to pack the largest file" * doctest::skip()) {
    const std::string text = text_of(limits::kPackedFile);
    double best = 1e9;
    std::size_t size = 0;
    for (int round = 0; round < 50; ++round) {
        const std::clock_t begin = std::clock();
        size = gzip(text).value().size();
        best = std::min(best, static_cast<double>(std::clock() - begin) * 1e3 / CLOCKS_PER_SEC);
    }
    MESSAGE(best, " ms for ", text.size(), " bytes, ", size, " left");
}

}  // namespace postern::site::test
