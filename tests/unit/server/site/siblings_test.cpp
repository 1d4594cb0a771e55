// Compressed copies beside a file: who gets which, under which tag, and what changes when they do.
#include <doctest.h>

#include "server/base/limits.h"
#include "server/site/accept_encoding.h"
#include "server/site/static_files.h"
#include "tests/unit/server/site/browser.h"

namespace postern::site::test {
namespace {

std::unique_ptr<StaticFiles> open(const Folder& folder, bool compress = true) {
    StaticOptions options;
    options.root = folder.path().string();
    options.compress = compress;
    return StaticFiles::open(options).value();
}

std::string accept(const std::string& value) { return "Accept-Encoding: " + value + "\r\n"; }

// A request with these lines of Accept-Encoding; good until the next one is made.
http::Request asked(const std::vector<std::string_view>& lines) {
    static std::vector<http::FieldView> fields;
    fields.assign(1, {"Accept", "*/*"});
    for (const std::string_view line : lines) fields.push_back({"Accept-Encoding", line});
    http::Request request;
    request.fields = fields;
    return request;
}

}  // namespace

TEST_CASE("the coding that a client gets, of those that there are") {
    constexpr HaveCodings kAll = {true, true, true}, kGzip = {false, false, true}, kNone = {};
    const std::tuple<const char*, HaveCodings, Coding> rows[] = {
        {"", kAll, Coding::kIdentity},
        {"gzip", kAll, Coding::kGzip},
        {"x-gzip", kAll, Coding::kGzip},
        {"GZIP", kAll, Coding::kGzip},
        {"gzip, deflate, br, zstd", kAll, Coding::kBrotli},
        {"gzip, deflate, br, zstd", kGzip, Coding::kGzip},
        {"gzip, zstd", kAll, Coding::kZstd},
        {"deflate", kAll, Coding::kIdentity},
        {"br", kGzip, Coding::kIdentity},
        {"gzip, br", kNone, Coding::kIdentity},
        {"gzip;q=1.0, br;q=0.5", kAll, Coding::kGzip},
        {"gzip;q=0.501, br;q=0.5", kAll, Coding::kGzip},
        {"gzip; q=0.001", kAll, Coding::kGzip},
        {"gzip;q=0", kAll, Coding::kIdentity},
        {"br;q=0, *", kAll, Coding::kZstd},
        {"*", kAll, Coding::kBrotli},
        {"*", kGzip, Coding::kGzip},
        {"*;q=0", kAll, Coding::kIdentity},
        {"*;q=0, gzip", kAll, Coding::kGzip},
        {"identity, gzip;q=0.5", kAll, Coding::kIdentity},
        {"identity;q=0.5, gzip;q=0.5", kAll, Coding::kGzip},
        {"identity;q=0.4, gzip;q=0.5", kAll, Coding::kGzip},
        {"identity;q=0", kAll, Coding::kIdentity},        // nothing is acceptable: what there is
        {"identity;q=0, br", kGzip, Coding::kIdentity},
        {"gzip;q=1.001", kAll, Coding::kIdentity},
        {"gzip;q=2", kAll, Coding::kIdentity},
        {"gzip;q=0.5000", kAll, Coding::kIdentity},
        {"gzip;x=1, br", kAll, Coding::kBrotli},
        {",,gzip,,", kAll, Coding::kGzip},
        {"gzip br", kAll, Coding::kIdentity},
    };
    for (const auto& [value, have, coding] : rows) {
        const std::string shown{value};
        CAPTURE(shown);
        CHECK(choose_coding(asked({value}), have) == coding);
    }
}

TEST_CASE("wishes in several lines are one list") {
    constexpr HaveCodings kAll = {true, true, true};
    CHECK(choose_coding(asked({"x", "gzip"}), kAll) == Coding::kGzip);
    CHECK(choose_coding(asked({"*", "br;q=0, zstd;q=0"}), kAll) == Coding::kGzip);
    CHECK(choose_coding(asked({"gzip, br, zstd", "identity", "br;q=0.5, gzip;q=0, zstd;q=0"}), kAll) == Coding::kIdentity);
    CHECK(choose_coding(asked({}), kAll) == Coding::kIdentity);
}

TEST_CASE("copies beside a file, small and large: content, tag, Vary, type, conditions, ranges") {
    Folder folder;
    for (const std::size_t size : {std::size_t{1000}, limits::kCachedFile + 1}) {
        const std::string name = "f" + std::to_string(size) + ".js";
        folder.write(name, std::string(size, 'p'));
        folder.write(name + ".br", "brotli" + std::string(size / 4, 'b'));
        folder.write(name + ".gz", "gzip" + std::string(size / 3, 'g'));
    }
    const auto files = open(folder);
    Browser browser(*files);
    for (const std::size_t size : {std::size_t{1000}, limits::kCachedFile + 1}) {
        const std::string path = "/f" + std::to_string(size) + ".js";
        CAPTURE(path);
        const Answer plain = browser.get(path), packed = browser.get(path, accept("gzip, br")), gzip = browser.get(path, accept("gzip"));
        CHECK(plain.body == std::string(size, 'p'));
        CHECK(packed.body == "brotli" + std::string(size / 4, 'b'));
        CHECK(gzip.body == "gzip" + std::string(size / 3, 'g'));
        CHECK(browser.get(path, accept("zstd")).bytes == plain.bytes);
        const std::tuple<const Answer*, const char*, const char*> rows[] = {{&plain, "", ""}, {&packed, "br", "-br"}, {&gzip, "gzip", "-gz"}};
        for (const auto& [answer, coding, tag] : rows) {
            const std::string shown{coding};
            CAPTURE(shown);
            const std::string fields = *coding == '\0' ? "" : accept(coding), etag = answer->field("ETag");
            CHECK(answer->status == 200);
            CHECK(answer->field("Content-Encoding") == coding);
            CHECK(answer->field("Content-Type") == "text/javascript; charset=utf-8");
            CHECK(answer->field("Vary") == "Accept-Encoding");
            CHECK(answer->field("Content-Length") == std::to_string(answer->body.size()));
            CHECK(etag.substr(17) == std::string(tag) + '"');
            const Answer same = browser.get(path, fields + "If-None-Match: " + etag + "\r\n");
            CHECK(same.status == 304);
            CHECK(same.field("ETag") == etag);
            CHECK(same.field("Vary") == "Accept-Encoding");
            const Answer part = browser.get(path, fields + "Range: bytes=0-5\r\nIf-Range: " + etag + "\r\n");
            CHECK(part.status == 206);
            CHECK(part.body == answer->body.substr(0, 6));
            CHECK(part.field("Content-Encoding") == coding);
            CHECK(part.field("Vary") == "Accept-Encoding");
            CHECK(part.field("Content-Range") == "bytes 0-5/" + std::to_string(answer->body.size()));
            CHECK(browser.ask("HEAD " + path, fields).head == answer->head);
        }
        // The tag of one coding is none of another.
        CHECK(browser.get(path, accept("br") + "If-None-Match: " + plain.field("ETag") + "\r\n").status == 200);
        CHECK(browser.get(path, "If-None-Match: " + gzip.field("ETag") + "\r\n").status == 200);
        CHECK(browser.get(path, accept("br") + "Range: bytes=0-5\r\nIf-Range: " + plain.field("ETag") + "\r\n").status == 200);
    }
}

TEST_CASE("what is no copy: missing, outside, no file, of pictures, of a copy; and none are wanted") {
    Folder outside, folder;
    outside.write("x", "outside");
    for (const char* name : {"a.css", "b.css", "c.css", "p.png", "v.mp4", "d.svg"}) folder.write(name, "plain");
    folder.link("a.css.br", (outside.path() / "x").string());
    ::mkfifo((folder.path() / "b.css.br").c_str(), 0644);
    std::filesystem::create_directory(folder.path() / "c.css.br");
    for (const char* name : {"p.png.br", "v.mp4.br", "d.svg.br"}) folder.write(name, "packed");
    folder.write("x.css.br.gz", "packed");
    folder.write("x.css.br", "one");
    const auto files = open(folder), without = open(folder, false);
    Browser browser(*files), other(*without);
    for (const char* path : {"/a.css", "/b.css", "/c.css", "/p.png", "/v.mp4"}) {
        CAPTURE(std::string(path));
        const Answer answer = browser.get(path, accept("br, gzip"));
        CHECK(answer.body == "plain");
        CHECK(answer.field("Vary").empty());
        CHECK(answer.field("Content-Encoding").empty());
    }
    CHECK(browser.get("/d.svg", accept("br")).body == "packed");
    CHECK(browser.get("/x.css.br", accept("gzip")).body == "one");
    CHECK(browser.get("/x.css.br", accept("gzip")).field("Content-Encoding").empty());
    CHECK(browser.get("/x.css", accept("br")).status == 404);
    CHECK(other.get("/d.svg", accept("br")).body == "plain");
    CHECK(other.get("/d.svg", accept("br")).field("Vary").empty());
}

TEST_CASE("copies that come, change and go show after the trust has run out") {
    Folder folder;
    folder.write("a.css", "plain");
    const auto files = open(folder);
    Browser browser(*files);
    const std::string brotli = accept("br");
    CHECK(browser.get("/a.css", brotli).body == "plain");
    folder.write("a.css.br", "one");
    CHECK(browser.get("/a.css", brotli).body == "plain");
    browser.wait(limits::kCacheTrust);
    const Answer one = browser.get("/a.css", brotli);
    CHECK(one.body == "one");
    folder.write("a.css.br", "two", 1'700'000'001);
    browser.wait(limits::kCacheTrust);
    const Answer two = browser.get("/a.css", brotli);
    CHECK(two.body == "two");
    CHECK(two.field("ETag") != one.field("ETag"));
    std::filesystem::remove(folder.path() / "a.css.br");
    browser.wait(limits::kCacheTrust);
    CHECK(browser.get("/a.css", brotli).body == "plain");
}

}  // namespace postern::site::test
