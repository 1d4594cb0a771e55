#include <doctest.h>

#include <algorithm>

#include "server/site/file_cache.h"
#include "server/site/static_files.h"
#include "tests/unit/server/site/browser.h"

namespace postern::site::test {
namespace {

std::unique_ptr<StaticFiles> open(const Folder& folder) {
    StaticOptions options;
    options.root = folder.path().string();
    auto files = StaticFiles::open(options);
    REQUIRE(files.ok());
    return std::move(files).value();
}

}  // namespace

TEST_CASE("a file: type, length, validators, and the same from the cache") {
    Folder folder;
    folder.write("a.html", "<p>hello");
    auto files = open(folder);
    Browser browser(*files);
    const Answer first = browser.get("/a.html");
    CHECK(first.status == 200);
    CHECK(first.body == "<p>hello");
    CHECK(first.field("Content-Type") == "text/html; charset=utf-8");
    CHECK(first.field("Content-Length") == "8");
    CHECK(first.field("Last-Modified") == "Tue, 14 Nov 2023 22:13:20 GMT");
    CHECK(first.field("ETag").size() == 18);
    CHECK(first.field("X-Content-Type-Options") == "nosniff");
    CHECK(first.field("Date") == "Sun, 17 Mar 2030 17:46:40 GMT");
    CHECK(browser.get("/a.html").bytes == first.bytes);
    const Answer head = browser.ask("HEAD /a.html");
    CHECK(head.head == first.head);
    CHECK(head.body.empty());
}

TEST_CASE("names: escapes, index files, folders without a slash") {
    Folder folder;
    folder.write("index.html", "root");
    folder.write("sub/index.html", "sub");
    folder.write("sub/\xc3\xa9 a.txt", "accent");
    folder.write("empty/x/y", "");
    auto files = open(folder);
    Browser browser(*files);
    CHECK(browser.get("/").body == "root");
    CHECK(browser.get("/?x=1").body == "root");
    CHECK(browser.get("/sub/").body == "sub");
    CHECK(browser.get("//sub///index.html").body == "sub");
    CHECK(browser.get("/sub/%C3%A9%20a.txt").body == "accent");
    CHECK(browser.get("/empty/x/y").status == 200);
    CHECK(browser.get("/empty/").status == 404);
    const Answer moved = browser.get("/sub?q=1&r");
    CHECK(moved.status == 301);
    CHECK(moved.field("Location") == "/sub/?q=1&r");
    std::filesystem::create_directory(folder.path() / "a b%\xc3\xa9");
    CHECK(browser.get("/a%20b%25%c3%a9").field("Location") == "/a%20b%25%C3%A9/");
    // Never a reference that a browser could read as one to another host.
    CHECK(browser.get("//sub").field("Location") == "/sub/");
    CHECK(browser.get("//evil.example/..//sub").field("Location") == "/sub/");
    std::filesystem::create_directory(folder.path() / "evil.example");
    CHECK(browser.get("//evil.example").field("Location") == "/evil.example/");
}

TEST_CASE("hidden, escaping, forbidden, special and missing files are one and the same 404") {
    Folder outside, folder;
    outside.write("secret", "outside");
    folder.write(".hidden", "h");
    folder.write(".git/config", "h");
    folder.write("sub/.htaccess", "h");
    folder.write("sub/.well-known/x", "h");
    folder.write(".well-known/.hidden", "h");
    folder.write(".well-known/security.txt", "shown");
    folder.write("in/file", "inside");
    folder.write("closed", "c");
    folder.link("away", (outside.path() / "secret").string());
    folder.link("away-folder", outside.path().string());
    folder.link("in/up", "../..");
    folder.link("in/near", "../in/file");
    folder.link("loop", "loop");
    folder.link("dangling", "nowhere");
    ::mkfifo((folder.path() / "fifo").c_str(), 0644);
    auto files = open(folder);
    Browser browser(*files);
    const std::string missing = browser.get("/missing").bytes;
    CHECK(missing.substr(0, 22) == "HTTP/1.1 404 Not Found");
    for (const char* path :
         {"/.hidden", "/.git/config", "/.git/", "/.git", "/sub/.htaccess", "/sub/.well-known/x", "/.well-known/.hidden",
          "/away", "/away-folder/secret", "/away-folder", "/in/up/x", "/loop", "/dangling", "/fifo", "/%2ehidden",
          "/sub/..%2f.hidden", "/in%2Ffile", "/in%5cfile", "/..%5cin%5cfile", "/..", "/../in/file", "/in/../../in/file", "/%2e%2e/in/file", "/in/file/", "/in/file/x", "/.well-known", "/.well-known/"}) {
        CAPTURE(path);
        const Answer answer = browser.get(path);
        if (std::string(path) == "/.well-known") CHECK(answer.status == 301);
        else CHECK(answer.bytes == missing);
    }
    CHECK(browser.get("/" + std::string(300, 'n')).bytes == missing);
    CHECK(browser.get("/.well-known/security.txt").body == "shown");
    CHECK(browser.get("/in/near").body == "inside");
    CHECK(browser.get("/in/file").body == "inside");
    CHECK(browser.get("/../in/file").bytes == missing);  // and not what the cache has under the path that is left
    if (::geteuid() != 0) {
        std::filesystem::permissions(folder.path() / "closed", std::filesystem::perms::none);
        CHECK(browser.get("/closed").bytes == missing);
    }
}

TEST_CASE("methods: 405 with Allow for all that is known but GET and HEAD, 501 for the others, OPTIONS answered") {
    Folder folder;
    folder.write("a", "a");
    auto files = open(folder);
    Browser browser(*files);
    for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "TRACE"}) {
        const Answer answer = browser.ask(std::string(method) + " /a");
        CHECK(answer.status == 405);
        CHECK(answer.field("Allow") == "GET, HEAD, OPTIONS");
    }
    for (const std::string method : {"BREW", "get", "PROPFIND"}) CHECK(browser.ask(method + " /a").status == 501);
    for (const char* target : {"/a", "/missing", "*"}) {
        const Answer answer = browser.ask("OPTIONS " + std::string(target));
        CHECK(answer.status == 204);
        CHECK(answer.field("Allow") == "GET, HEAD, OPTIONS");
        CHECK(answer.body.empty());
    }
}

namespace {

// Holds what is answered, as those do who take nothing.
class Holds final : public http::Handler {
public:
    explicit Holds(http::Handler& inner) : inner_(inner) {}
    http::Response handle(const http::Request& request, const http::Context& context) override {
        http::Response response = inner_.handle(request, context);
        if (response.prebuilt && holding) held.push_back(response.prebuilt);
        from_cache = response.prebuilt != nullptr;
        return response;
    }
    std::vector<std::shared_ptr<const http::Prebuilt>> held;
    bool holding = true, from_cache = false;

private:
    http::Handler& inner_;
};

}  // namespace

TEST_CASE("who takes nothing holds no more than the cache: what comes then is read as it is sent") {
    Folder folder;
    for (int i = 0; i < 10; ++i) {
        folder.write(std::to_string(i), std::string(100'000, static_cast<char>('a' + i)));
        folder.write(std::to_string(i) + ".txt", std::string(20'000, static_cast<char>('A' + i)));
    }
    StaticOptions options;
    options.root = folder.path().string();
    options.cache = std::make_shared<FileCache>(204'000, 100);
    options.listing = true;
    const auto files = StaticFiles::open(options).value();
    Holds holds(*files);
    Browser browser(holds);
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 10; ++i) {
            const Answer answer = browser.get("/" + std::to_string(i));
            CHECK(answer.status == 200);
            CHECK(answer.body == std::string(100'000, static_cast<char>('a' + i)));
            CHECK(holds.from_cache == (i < 2));
            CHECK(options.cache->bytes() <= 204'000);
        }
        browser.wait(limits::kCacheTrust);
    }
    for (int i = 0; i < 10; ++i) CHECK(browser.get("/" + std::to_string(i) + ".txt", "Accept-Encoding: gzip\r\n").status == 200);
    CHECK(options.cache->bytes() <= 204'000);
    CHECK(browser.get("/").status == 503);
    std::size_t bytes = 0;
    std::sort(holds.held.begin(), holds.held.end());
    holds.held.erase(std::unique(holds.held.begin(), holds.held.end()), holds.held.end());
    for (const auto& one : holds.held) bytes += one->bytes.size();
    CHECK(bytes <= 204'000);
    holds.held.clear();
    holds.holding = false;
    CHECK(browser.get("/7").status == 200);
    CHECK(holds.from_cache);
    CHECK(browser.get("/").status == 200);
}

TEST_CASE("conditions hold for cached and streamed files alike") {
    Folder folder;
    folder.write("small", "s");
    folder.write("large", std::string(limits::kCachedFile + 1, 'l'));
    auto files = open(folder);
    Browser browser(*files);
    for (const std::string path : {"/small", "/large"}) {
        CAPTURE(path);
        const Answer whole = browser.get(path);
        const std::string etag = whole.field("ETag");
        const Answer same = browser.get(path, "If-None-Match: \"x\", W/" + etag + "\r\n");
        CHECK(same.status == 304);
        CHECK(same.body.empty());
        CHECK(same.field("ETag") == etag);
        CHECK(same.field("Last-Modified") == whole.field("Last-Modified"));
        CHECK(same.field("Content-Length").empty());
        CHECK(browser.get(path, "If-None-Match: \"x\"\r\n").status == 200);
        CHECK(browser.get(path, "If-Modified-Since: " + whole.field("Last-Modified") + "\r\n").status == 304);
        CHECK(browser.get(path, "If-Modified-Since: Tue, 14 Nov 2023 22:13:19 GMT\r\n").status == 200);
        CHECK(browser.get(path, "If-Match: \"x\"\r\n").status == 412);
        CHECK(browser.ask("HEAD " + path, "If-None-Match: *\r\n").status == 304);
    }
}

TEST_CASE("a change shows after the trust has run out, and a new ETag with it") {
    Folder folder;
    folder.write("a", "old");
    auto files = open(folder);
    Browser browser(*files);
    const Answer old = browser.get("/a");
    folder.write("a", "new", 1'700'000'001);
    CHECK(browser.get("/a").body == "old");
    browser.wait(limits::kCacheTrust);
    const Answer fresh = browser.get("/a");
    CHECK(fresh.body == "new");
    CHECK(fresh.field("ETag") != old.field("ETag"));
    browser.wait(limits::kCacheTrust);
    std::filesystem::remove(folder.path() / "a");
    CHECK(browser.get("/a").status == 404);
    folder.write("a/index.html", "folder now");
    CHECK(browser.get("/a").status == 301);
    CHECK(browser.get("/a/").body == "folder now");
}

TEST_CASE("a file written a moment ago is read again: the next write may leave no trace in its times") {
    Folder folder;
    folder.write("a", "one");
    struct stat status {};
    ::stat((folder.path() / "a").c_str(), &status);
    auto files = open(folder);
    Browser browser(*files);
    browser.set_wall(status.st_ctim.tv_sec);  // "now" is the moment of the write
    CHECK(browser.get("/a").body == "one");
    std::ofstream(folder.path() / "a", std::ios::in | std::ios::out) << "two";  // the same file, size and, set back, time
    folder.touch("a", 1'700'000'000);
    browser.wait(limits::kCacheTrust);
    CHECK(browser.get("/a").body == "two");
}

TEST_CASE("no Last-Modified from the future") {
    Folder folder;
    folder.write("a", "x", 1'950'000'000);
    auto files = open(folder);
    Browser browser(*files);
    CHECK(browser.get("/a").field("Last-Modified").empty());
    CHECK(browser.get("/a", "If-Modified-Since: Sun, 17 Mar 2030 17:46:40 GMT\r\n").status == 200);
}

TEST_CASE("a large file that shrinks while it is sent cuts the connection; one that grows keeps its promise") {
    const std::size_t size = 200000;
    for (const bool shrinks : {true, false}) {
        Folder folder;
        folder.write("big", std::string(size, 'b'));
        auto files = open(folder);
        Browser browser(*files);
        http::test::Wire& wire = browser.wire();
        wire.once("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
        CHECK(wire.session->phase() == http::Phase::kWriting);
        std::filesystem::resize_file(folder.path() / "big", shrinks ? size / 2 : size * 2);
        wire.drain();
        const std::size_t body = wire.sent.size() - wire.sent.find("\r\n\r\n") - 4;
        CHECK(wire.sent.find("Content-Length: 200000\r\n") != std::string::npos);
        CHECK((shrinks ? body < size : body == size));
        CHECK(browser.closed() == shrinks);
    }
}

TEST_CASE("sizes around the cache's limit, and an empty file") {
    Folder folder;
    auto files = open(folder);
    Browser browser(*files);
    for (const std::size_t size : {std::size_t{0}, limits::kCachedFile, limits::kCachedFile + 1}) {
        const std::string name = "f" + std::to_string(size);
        folder.write(name, std::string(size, 'x'));
        for (int i = 0; i < 2; ++i) {
            const Answer answer = browser.get("/" + name);
            CHECK(answer.status == 200);
            CHECK(answer.body.size() == size);
            CHECK(answer.field("Content-Length") == std::to_string(size));
        }
    }
}

TEST_CASE("a root that is missing or no folder is told with its name") {
    Folder folder;
    folder.write("file", "");
    for (const std::string& root : {std::string("/nowhere/at/all"), (folder.path() / "file").string()}) {
        StaticOptions options;
        options.root = root;
        const auto files = StaticFiles::open(options);
        REQUIRE(!files.ok());
        CHECK(files.error().text().find(root) != std::string::npos);
    }
}

TEST_CASE("two sites share a cache and not their files") {
    Folder one, two;
    one.write("a", "one");
    two.write("a", "two");
    const auto cache = std::make_shared<FileCache>();
    auto first = StaticFiles::open({one.path().string(), "index.html", cache});
    auto second = StaticFiles::open({two.path().string(), "index.html", cache});
    REQUIRE((first.ok() && second.ok()));
    Browser a(**first), b(**second);
    CHECK(a.get("/a").body == "one");
    CHECK(b.get("/a").body == "two");
    CHECK(cache->files() == 2);
}

}  // namespace postern::site::test
