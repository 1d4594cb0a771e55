// What a site's owner may ask for around his files: moved paths, aliases, listing, single-page fallback, pages for errors,
// fields and types of his own.
#include <doctest.h>

#include "server/http/status.h"
#include "server/site/aliases.h"
#include "server/site/error_pages.h"
#include "server/site/moved_paths.h"
#include "server/site/own_fields.h"
#include "server/site/path_text.h"
#include "server/site/static_files.h"
#include "tests/unit/server/site/browser.h"

namespace postern::site::test {
namespace {

using HandlerPtr = std::shared_ptr<http::Handler>;

StaticOptions options_for(const Folder& folder) {
    StaticOptions options;
    options.root = folder.path().string();
    return options;
}

HandlerPtr open(const StaticOptions& options) {
    auto files = StaticFiles::open(options);
    REQUIRE(files.ok());
    return std::move(files).value();
}

// Answers everything with that status.
struct Says final : http::Handler {
    explicit Says(std::uint16_t code) : status(code) {}
    http::Response handle(const http::Request&, const http::Context&) override {
        http::Response response;
        response.status = status;
        response.prebuilt = http::status_page(status);
        response.lines = lines;
        return response;
    }
    std::uint16_t status;
    std::string lines;
};

}  // namespace

TEST_CASE("moved paths: one, all below, the longest first, queries, and what is not meant") {
    const auto inner = std::make_shared<Says>(std::uint16_t{404});
    MovedPaths moved(inner, {{"/old", false, "/new", 301}, {"/a b", false, "/ab?x=1", 302}, {"/blog/", true, "https://b.example/*", 308},
                             {"/blog/2020/", true, "/archive/*", 302}, {"/blog/2020/best", false, "/best", 303},
                             {"/gone/", true, "/front#top", 307}});
    Browser browser(moved);
    const std::tuple<std::string, int, const char*> rows[] = {
        {"/old", 301, "/new"}, {"/old?q=1&r", 301, "/new?q=1&r"}, {"/%6fld", 301, "/new"}, {"//old", 301, "/new"},
        {"/a%20b?y", 302, "/ab?x=1"}, {"/blog/", 308, "https://b.example/"}, {"/blog/x%20y/%C3%A9?q", 308, "https://b.example/x%20y/%C3%A9?q"},
        {"/blog/2020/may", 302, "/archive/may"}, {"/blog/2020/best", 303, "/best"}, {"/blog/2020", 308, "https://b.example/2020"},
        {"/gone/x?q", 307, "/front#top"}, {"/blog", 404, ""}, {"/older", 404, ""}, {"/old/", 404, ""}, {"/Old", 404, ""},
        {"/blog/a%2fb", 404, ""}, {"/../old", 404, ""},
    };
    for (const auto& [target, status, location] : rows) {
        const auto shown = target;
        CAPTURE(shown);
        const Answer answer = browser.get(target);
        CHECK(answer.status == status);
        CHECK(answer.field("Location") == location);
    }
    CHECK(browser.ask("POST /old").status == 301);
}

TEST_CASE("aliases: folders of their own below a prefix, and nothing above them") {
    Folder root, docs, deep;
    root.write("index.html", "root");
    root.write("docs/hidden-by-alias", "no");
    root.write("docsy", "docsy");
    docs.write("index.html", "docs");
    docs.write("a.txt", "a");
    docs.write(".secret", "s");
    docs.write("sub/index.html", "sub");
    docs.link("out", (root.path() / "docsy").string());
    deep.write("x", "deep");
    StaticOptions under = options_for(docs), deeper = options_for(deep);
    under.prefix = "/docs";
    deeper.prefix = "/docs/deep";
    Aliases aliases(open(options_for(root)), {{"/docs", open(under)}, {"/docs/deep", open(deeper)}});
    Browser browser(aliases);
    const std::tuple<std::string, int, const char*> rows[] = {
        {"/", 200, "root"}, {"/docs/", 200, "docs"}, {"/docs/a.txt", 200, "a"}, {"/docs/sub/", 200, "sub"}, {"/docsy", 200, "docsy"},
        {"/docs/deep/x", 200, "deep"}, {"/docs/hidden-by-alias", 404, nullptr}, {"/docs/.secret", 404, nullptr},
        {"/docs/out", 404, nullptr}, {"/docs/../docsy", 200, "docsy"}, {"/docs/%2e%2e/docsy", 200, "docsy"},
        {"/docs/..%2fdocsy", 404, nullptr}, {"/docs/../../../docsy", 404, nullptr}, {"/docs/deep/../a.txt", 200, "a"},
    };
    for (const auto& [target, status, body] : rows) {
        const auto shown = target;
        CAPTURE(shown);
        const Answer answer = browser.get(target);
        CHECK(answer.status == status);
        if (body != nullptr) CHECK(answer.body == body);
    }
    CHECK(browser.get("/docs?q").field("Location") == "/docs/?q");
    CHECK(browser.get("/docs/sub").field("Location") == "/docs/sub/");
    CHECK(browser.get("/docs/deep").field("Location") == "/docs/deep/");
}

TEST_CASE("a listing: sorted, escaped, without what is hidden or leads outside") {
    Folder outside, folder;
    outside.write("secret", "s");
    folder.write("b.txt", std::string(2000, 'x'));
    folder.write("a <b>&\".txt", "x");
    folder.write("x:y", "");
    folder.write(".hidden", "h");
    folder.write("zoo/f", "f");
    folder.write("kept/index.html", "kept");
    folder.write("bad\xff", "");
    folder.link("in", "b.txt");
    folder.link("out", (outside.path() / "secret").string());
    folder.link("dangling", "nowhere");
    ::mkfifo((folder.path() / "fifo").c_str(), 0644);
    folder.touch("zoo", 1'700'000'000);
    StaticOptions options = options_for(folder);
    options.listing = true;
    const auto files = open(options);
    Browser browser(*files);
    const Answer page = browser.get("/");
    CHECK(page.status == 200);
    CHECK(page.field("Content-Type") == "text/html; charset=utf-8");
    CHECK(page.field("Content-Length") == std::to_string(page.body.size()));
    std::size_t at = 0;
    for (const char* row : {"<h1>Index of /</h1>", "<tr><td><a href=\"./kept/\">kept/</a><td><td>", "<a href=\"./zoo/\">zoo/</a><td><td>2023-11-14 22:13",
                            "<a href=\"./a%20%3Cb%3E&amp;%22.txt\">a &lt;b&gt;&amp;&quot;.txt</a><td>1<td>",
                            "<a href=\"./b.txt\">b.txt</a><td>1.9k<td>2023-11-14 22:13", "<a href=\"./bad%FF\">bad\xEF\xBF\xBD</a>",
                            "<a href=\"./in\">in</a><td>1.9k", "<a href=\"./x:y\">"}) {
        CAPTURE(row);
        at = page.body.find(row, at);
        REQUIRE(at != std::string::npos);
    }
    for (const char* absent : {"hidden", "out", "dangling", "fifo", "../", "<script", "secret"}) CHECK(page.body.find(absent) == std::string::npos);
    CHECK(browser.get("/zoo/").body.find("<a href=\"../\">") != std::string::npos);
    CHECK(browser.get("/kept/").body == "kept");
    CHECK(browser.get("/zoo").field("Location") == "/zoo/");
    for (const char* none : {"/nothing/", "/b.txt/", "/.hidden/", "/fifo/", "/fifo"}) CHECK(browser.get(none).status == 404);
    // It is a representation like any other.
    CHECK(browser.get("/", "If-None-Match: " + page.field("ETag") + "\r\n").status == 304);
    CHECK(browser.get("/", "Range: bytes=0-14\r\n").body == "<!doctype html>");
    CHECK(browser.ask("HEAD /").head == page.head);
    folder.write("new", "");
    CHECK(browser.get("/").body == page.body);
    browser.wait(limits::kCacheTrust);
    CHECK(browser.get("/").body.find("./new") != std::string::npos);
    browser.wait(limits::kCacheTrust);
    folder.write("index.html", "now there is one");
    CHECK(browser.get("/").body == "now there is one");
}

TEST_CASE("a listing is bounded, and off unless it is asked for") {
    Folder folder;
    for (std::size_t i = 0; i < limits::kListed + 50; ++i) folder.write("many/" + std::to_string(i), "");
    StaticOptions options = options_for(folder);
    CHECK(Browser(*open(options)).get("/many/").status == 404);
    options.listing = true;
    const std::string body = Browser(*open(options)).get("/many/").body;
    std::size_t rows = 0;
    for (std::size_t at = body.find("<tr><td>"); at != std::string::npos; at = body.find("<tr><td>", at + 1)) ++rows;
    CHECK(rows > limits::kListed - 5);
    CHECK(rows <= limits::kListed + 1);
    CHECK(body.find("There are more") != std::string::npos);
}

TEST_CASE("sizes in a listing") {
    Folder folder;
    const std::pair<std::uintmax_t, const char*> rows[] = {{0, "0"}, {1023, "1023"}, {1024, "1.0k"}, {10239, "9.9k"}, {10240, "10k"},
                                                           {1048575, "1023k"}, {1048576, "1.0M"}, {5ull << 30, "5.0G"}, {3ull << 40, "3.0T"}};
    for (const auto& [size, text] : rows) {
        const std::string name = "f" + std::to_string(size);
        folder.write(name, "");
        std::filesystem::resize_file(folder.path() / name, size);
    }
    StaticOptions options = options_for(folder);
    options.listing = true;
    const std::string body = Browser(*open(options)).get("/").body;
    for (const auto& [size, text] : rows) {
        const auto shown = size;
        CAPTURE(shown);
        CHECK(body.find(">f" + std::to_string(size) + "</a><td>" + text + "<td>") != std::string::npos);
    }
}

TEST_CASE("a single-page application: what is not there is its front page") {
    Folder folder;
    folder.write("index.html", "app");
    folder.write("a.js", "js");
    folder.write("sub/x", "x");
    folder.write(".hidden", "h");
    StaticOptions options = options_for(folder);
    options.spa = true;
    const auto files = open(options);
    Browser browser(*files);
    const Answer front = browser.get("/");
    for (const char* path : {"/users/7", "/users/7/", "/sub/", "/missing.js", "/?q=1"}) CHECK(browser.get(path).bytes == front.bytes);
    CHECK(browser.get("/a.js").body == "js");
    CHECK(browser.get("/users/7", "If-None-Match: " + front.field("ETag") + "\r\n").status == 304);
    for (const char* path : {"/.hidden", "/x/.hidden", "/a%2fb", "/../x"}) CHECK(browser.get(path).status == 404);
    CHECK(browser.ask("POST /users/7").status == 405);
    browser.wait(limits::kCacheTrust);
    std::filesystem::remove(folder.path() / "index.html");
    CHECK(browser.get("/users/7").status == 404);
    CHECK(browser.get("/").status == 404);
}

TEST_CASE("pages for errors: instead of the built-in ones, with their status, as long as they are there") {
    Folder folder, outside;
    outside.write("x", "outside");
    folder.write("404.html", "<p>lost");
    folder.write("sorry.txt", "sorry");
    folder.write("large", std::string(limits::kCachedFile + 1, 'l'));
    folder.link("out", (outside.path() / "x").string());
    const auto inner = std::make_shared<Says>(std::uint16_t{404});
    auto pages = ErrorPages::open(inner, folder.path().string(), {"404.html", "sorry.txt"});
    REQUIRE(pages.ok());
    Browser browser(**pages);
    const Answer lost = browser.get("/x");
    CHECK(lost.status == 404);
    CHECK(lost.body == "<p>lost");
    CHECK(lost.field("Content-Type") == "text/html; charset=utf-8");
    CHECK(lost.field("Content-Length") == "7");
    CHECK(browser.ask("HEAD /x").head == lost.head);
    for (const std::uint16_t status : {500, 502, 503, 504}) {
        inner->status = status;
        const Answer sorry = browser.get("/x");
        CHECK(sorry.status == status);
        CHECK(sorry.body == "sorry");
        CHECK(sorry.bytes.substr(9, 4) == std::to_string(status) + " ");
    }
    for (const std::uint16_t status : {301, 403, 405, 412, 416, 421}) {
        inner->status = status;
        CHECK(browser.get("/x").body.find("<h1>") != std::string::npos);
    }
    inner->status = 404;
    folder.write("404.html", "<p>gone");
    CHECK(browser.get("/x").body == "<p>lost");
    browser.wait(limits::kCacheTrust);
    CHECK(browser.get("/x").body == "<p>gone");
    browser.wait(limits::kCacheTrust);
    std::filesystem::remove(folder.path() / "404.html");
    CHECK(browser.get("/x").body.find("<h1>404") != std::string::npos);
    for (const char* none : {"large", "out", "missing", "../x"}) {
        CAPTURE(none);
        const auto missing = ErrorPages::open(inner, folder.path().string(), {none, ""}).value();
        Browser other(*missing);
        CHECK(other.get("/x").body.find("<h1>404") != std::string::npos);
    }
    CHECK(!ErrorPages::open(inner, "/nowhere/at/all", {"404.html", ""}).ok());
}

TEST_CASE("fields of the owner are in every answer, beside those of other handlers") {
    const auto inner = std::make_shared<Says>(std::uint16_t{200});
    OwnFields fields(inner, {{"X-One", "1"}, {"Link", "</a>; rel=preload"}, {"Link", "</b>; rel=preload"}});
    Browser browser(fields);
    for (const std::string behind : {"", "Strict-Transport-Security: max-age=1\r\n", "Strict-Transport-Security: max-age=2\r\n", ""}) {
        for (const std::uint16_t status : {200, 304, 404, 405}) {
            inner->status = status;
            inner->lines = behind;
            const Answer answer = browser.get("/");
            CHECK(answer.status == status);
            CHECK(answer.head.find("\r\nX-One: 1\r\nLink: </a>; rel=preload\r\nLink: </b>; rel=preload\r\n" + behind) != std::string::npos);
            CHECK((answer.field("Strict-Transport-Security").empty()) == behind.empty());
        }
    }
}

TEST_CASE("fields of what is there are not in errors, and stand behind those of the owner") {
    const auto inner = std::make_shared<Says>(std::uint16_t{200});
    const auto careful = std::make_shared<OwnFields>(inner, std::vector<OwnField>{{"X-Two", "2"}}, OwnFields::Of::kWhatIsThere);
    OwnFields fields(careful, {{"X-One", "1"}});
    Browser browser(fields);
    for (const std::string behind : {"", "X-Three: 3\r\n", "X-Three: 4\r\n", "X-Three: 5\r\n"}) {
        inner->lines = behind;
        for (const std::uint16_t status : {200, 404, 206, 304, 500}) {
            inner->status = status;
            const Answer answer = browser.get("/");
            std::string all = "\r\nX-One: 1\r\n";
            if (status < 400) all += "X-Two: 2\r\n";
            all += behind;
            CHECK(answer.head.find(all) != std::string::npos);
            CHECK(answer.field("X-Two").empty() == (status >= 400));
        }
    }
}

TEST_CASE("types and Cache-Control of the owner, for cached and streamed files") {
    Folder folder;
    StaticOptions options = options_for(folder);
    options.mime = {{".tar.gz", "application/x-tgz"}, {".HTML", "text/html; charset=iso-8859-1"}, {".gz", "application/x-one"}};
    options.cache_control = "public, max-age=60";
    const auto files = open(options);
    Browser browser(*files);
    const std::pair<const char*, const char*> rows[] = {{"a.html", "text/html; charset=iso-8859-1"}, {"a.tar.gz", "application/x-tgz"},
                                                        {"a.gz", "application/x-one"}, {"a.css", "text/css; charset=utf-8"}};
    for (const std::size_t size : {std::size_t{10}, limits::kCachedFile + 1}) {
        for (const auto& [name, type] : rows) {
            const auto shown = name;
            CAPTURE(shown);
            folder.write(name, std::string(size, 'x'));
            browser.wait(limits::kCacheTrust);
            const Answer answer = browser.get(std::string("/") + name);
            CHECK(answer.field("Content-Type") == type);
            const std::string tag = "If-None-Match: " + answer.field("ETag") + "\r\n";
            for (const std::string& fields : {std::string(), tag, std::string("Range: bytes=1-2\r\n")}) {
                CHECK(browser.get(std::string("/") + name, fields).field("Cache-Control") == "public, max-age=60");
            }
        }
    }
    CHECK(browser.get("/missing").field("Cache-Control").empty());
}

TEST_CASE("paths and names as text") {
    CHECK(encode_path("/a b/\xc3\xa9%?#") == "/a%20b/%C3%A9%25%3F%23");
    CHECK(html_text("a<b>&\"'\x01\x7f\xc2\x85\xff\xe2\x82\xac") ==
          "a&lt;b&gt;&amp;&quot;&#39;\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xe2\x82\xac");
}

}  // namespace postern::site::test
