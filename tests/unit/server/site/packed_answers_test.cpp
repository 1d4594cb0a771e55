// What is compressed on its way, for whom, and what its fields say then.
#include "server/site/packed_answers.h"

#include <doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/unit/server/site/browser.h"
#include "tests/unit/server/site/said.h"
#include "tests/unit/server/site/unpack.h"

namespace postern::site::test {
namespace {

class Answering final : public http::Handler {
public:
    http::Response handle(const http::Request& request, const http::Context&) override { return answer(request); }
    std::function<http::Response(const http::Request&)> answer;
};

// An answer as the proxy has it: its lines, and a body that is there whole, of a known length, or of none.
enum class Form { kWhole, kLength, kUnknown };
struct Given {
    std::string lines, body;
    Form form = Form::kWhole;
    std::uint16_t status = 200;
    bool later = false;
};

http::Response made(const Given& given, bool head) {
    http::Response response;
    response.status = given.status;
    response.own_lines = given.lines;
    if (head && given.form != Form::kUnknown) {
        response.announce = true;
        response.announced_length = given.body.size();
        return response;
    }
    if (given.form == Form::kWhole) {
        response.body = given.body;
        return response;
    }
    auto script = std::make_shared<Script>();
    if (!given.body.empty()) script->pieces.push_back(given.body);
    script->ended = true;
    response.live = std::make_unique<Said>(script);
    response.announce = given.form == Form::kLength;
    response.announced_length = given.body.size();
    return response;
}

class Soon final : public http::Later {
public:
    explicit Soon(http::Response response) : response_(std::move(response)) {}
    bool take(http::Response& into) override {
        if (++asked_ < 2) return false;
        into = std::move(response_);
        return true;
    }

private:
    http::Response response_;
    int asked_ = 0;
};

struct Scene {
    Given given;
    std::shared_ptr<Answering> inner = std::make_shared<Answering>();
    std::shared_ptr<PackingPlaces> places = std::make_shared<PackingPlaces>();
    PackedAnswers answers{inner, PackRules{100, {"text/*", "*+json", "application/json"}}, places};
    Roused rouser;
    Browser browser{answers};

    Scene() {
        browser.wire().context.rouser = &rouser;
        inner->answer = [this](const http::Request& request) {
            http::Response response = made(given, request.method == http::Method::kHead);
            if (!given.later) return response;
            http::Response promise;
            promise.later = std::make_unique<Soon>(std::move(response));
            return promise;
        };
    }
    Answer ask(const std::string& method, const std::string& fields) {
        http::test::Wire& wire = browser.wire();
        wire.send(method + " / HTTP/1.1\r\nHost: example.org\r\n" + fields + "\r\n");
        std::string room(4096, '\0');
        for (int turns = 0; turns < 1000 && wire.session->phase() != http::Phase::kIdle; ++turns) {  // as its loop would
            http::Output out(room.data(), room.size());
            ++rouser.number;
            wire.session->resume(wire.context, out);
            wire.sent += out.bytes();
            wire.drain();
        }
        Answer answer;
        answer.bytes = wire.take();
        const std::size_t end = answer.bytes.find("\r\n\r\n");
        if (end == std::string::npos) return answer;
        answer.status = std::stoi(answer.bytes.substr(9, 3));
        answer.head = answer.bytes.substr(0, end + 2);
        answer.body = answer.bytes.substr(end + 4);
        return answer;
    }
};

std::string unchunked(const std::string& body) {
    std::string text;
    for (std::size_t at = 0; at < body.size();) {
        const std::size_t end = body.find("\r\n", at), size = std::stoul(body.substr(at, end - at), nullptr, 16);
        text += body.substr(end + 2, size);
        at = end + 4 + size;
    }
    return text;
}

const std::string kGzip = "Accept-Encoding: gzip, deflate, br\r\n", kHtml = "Content-Type: text/html; charset=utf-8\r\n";

bool is_packed(const Answer& answer) { return answer.field("Content-Encoding") == "gzip"; }

struct Row {
    const char* what;
    Given given;
    const char* fields;
    bool packed, varies;
};
const std::vector<Row>& rows() {
    static const std::string text = page(2000);
    static const std::vector<Row> all = {
        {"text", {kHtml, text}, "Accept-Encoding: gzip\r\n", true, true},
        {"x-gzip", {kHtml, text}, "Accept-Encoding: x-gzip\r\n", true, true},
        {"anything", {kHtml, text}, "Accept-Encoding: *\r\n", true, true},
        {"no wish", {kHtml, text}, "", false, true},
        {"br alone", {kHtml, text}, "Accept-Encoding: br\r\n", false, true},
        {"refused", {kHtml, text}, "Accept-Encoding: gzip;q=0\r\n", false, true},
        {"less wanted than none", {kHtml, text}, "Accept-Encoding: gzip;q=0.5, identity\r\n", false, true},
        {"refused in a second line", {kHtml, text}, "Accept-Encoding: br\r\nAccept-Encoding: gzip;q=0\r\n", false, true},
        {"capitals", {"content-type: Text/HTML\r\n", text}, "Accept-Encoding: gzip\r\n", true, true},
        {"json", {"Content-Type: application/problem+json\r\n", text}, "Accept-Encoding: gzip\r\n", true, true},
        {"a picture", {"Content-Type: image/png\r\n", text}, "Accept-Encoding: gzip\r\n", false, false},
        {"no type", {"X: y\r\n", text}, "Accept-Encoding: gzip\r\n", false, false},
        {"two types", {kHtml + kHtml, text}, "Accept-Encoding: gzip\r\n", false, false},
        {"events", {"Content-Type: text/event-stream; charset=utf-8\r\n", text, Form::kUnknown}, "Accept-Encoding: gzip\r\n", false, false},
        {"least", {kHtml, page(100)}, "Accept-Encoding: gzip\r\n", true, true},
        {"less", {kHtml, page(99)}, "Accept-Encoding: gzip\r\n", false, false},
        {"less, on its way", {kHtml, page(99), Form::kLength}, "Accept-Encoding: gzip\r\n", false, false},
        {"nothing", {kHtml, ""}, "Accept-Encoding: gzip\r\n", false, false},
        {"of no known length", {kHtml, "x", Form::kUnknown}, "Accept-Encoding: gzip\r\n", true, true},
        {"in br already", {kHtml + "Content-Encoding: br\r\n", text}, "Accept-Encoding: gzip\r\n", false, false},
        {"in gzip already", {kHtml + "content-encoding: gzip\r\n", text}, "Accept-Encoding: gzip\r\n", false, false},
        {"in identity", {kHtml + "Content-Encoding: identity\r\n", text}, "Accept-Encoding: gzip\r\n", true, true},
        {"forbidden", {kHtml + "Cache-Control: max-age=1, No-Transform\r\n", text}, "Accept-Encoding: gzip\r\n", false, false},
        {"not forbidden", {kHtml + "Cache-Control: no-cache\r\n", text}, "Accept-Encoding: gzip\r\n", true, true},
        {"forbidden by who asks", {kHtml, text}, "Accept-Encoding: gzip\r\nCache-Control: no-cache, no-transform\r\n", false, true},
        {"a part", {kHtml + "Content-Range: bytes 0-1999/3000\r\n", text, Form::kWhole, 206}, "Accept-Encoding: gzip\r\n", false, false},
        {"a part as 200", {kHtml + "Content-Range: bytes 0-1999/3000\r\n", text}, "Accept-Encoding: gzip\r\n", false, false},
        {"an error", {kHtml, text, Form::kWhole, 404}, "Accept-Encoding: gzip\r\n", false, false},
        {"another's", {kHtml, text, Form::kWhole, 203}, "Accept-Encoding: gzip\r\n", false, false},
    };
    return all;
}

}  // namespace

TEST_CASE("which answers are compressed, and which say that they may be") {
    for (const Row& row : rows())
        for (const bool later : {false, true})
            for (const Form form : {row.given.form, row.given.form == Form::kWhole && !row.given.body.empty() ? Form::kLength : row.given.form}) {
                CAPTURE(std::string(row.what));
                Scene scene;
                scene.given = row.given;
                scene.given.later = later;
                scene.given.form = form;
                const Answer answer = scene.ask("GET", row.fields);
                CHECK(is_packed(answer) == row.packed);
                CHECK(answer.field("Vary") == (row.varies ? "Accept-Encoding" : ""));
                const bool chunked = answer.field("Transfer-Encoding") == "chunked";
                CHECK(chunked == ((row.packed && form != Form::kWhole) || form == Form::kUnknown));
                const std::string body = chunked ? unchunked(answer.body) : answer.body;
                if (!chunked) CHECK(answer.field("Content-Length") == std::to_string(body.size()));
                if (row.packed) CHECK(unpack(body).whole);
                CHECK(((row.packed ? unpack(body).text : body) == row.given.body));
                if (row.given.status != 200) continue;
                // HEAD says the same, but no length that only compressing tells.
                const Answer head = scene.ask("HEAD", row.fields);
                CHECK(is_packed(head) == row.packed);
                CHECK(head.field("Vary") == answer.field("Vary"));
                CHECK(head.field("Content-Length") == (row.packed ? "" : answer.field("Content-Length")));
                CHECK(head.body.empty());
            }
    Scene scene;
    scene.given = {kHtml, page(2000)};
    CHECK(!is_packed(scene.ask("POST", kGzip + "Content-Length: 0\r\n")));
}

TEST_CASE("its fields: what was true of the bytes goes, the tag becomes weak, Vary comes once") {
    struct Row {
        const char *before, *after;  // behind the type; after without Content-Encoding and Vary where not told
    };
    const Row rows[] = {
        {"ETag: \"x\"\r\n", "ETag: W/\"x\"\r\n"},
        {"etag:\"x\"\r\n", "ETag: W/\"x\"\r\n"},
        {"ETag: W/\"x\"\r\n", "ETag: W/\"x\"\r\n"},
        {"ETag: x\r\n", "ETag: x\r\n"},
        {"accept-ranges: bytes\r\nX: y\r\n", "X: y\r\n"},
        {"Content-MD5: x\r\nDigest: sha-256=x\r\nContent-Digest: sha-256=:x:\r\nRepr-Digest: sha-256=:x:\r\nX: y\r\n", "X: y\r\n"},
        {"Content-Encoding: identity\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\n", "Set-Cookie: a=b\r\nSet-Cookie: c=d\r\n"},
    };
    for (const Row& row : rows) {
        CAPTURE(std::string(row.before));
        std::string lines = kHtml + row.before;
        drop_what_was_of_the_bytes(lines);
        CHECK(lines == kHtml + row.after);
        Scene scene;
        scene.given = {kHtml + row.before, page(2000)};
        CHECK(scene.ask("GET", "").head.find(row.before) != std::string::npos);  // as it came, for who takes no gzip
        CHECK(scene.ask("GET", kGzip).head.find(std::string("Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n") + kHtml + row.after) != std::string::npos);
    }
    for (const char* const said : {"Vary: Accept-Encoding\r\n", "vary: Cookie,accept-encoding\r\n", "Vary: *\r\n"}) {
        std::string lines = kHtml + said;
        tell_varies(lines);
        CHECK(lines == kHtml + said);
    }
    std::string lines = "Vary: Accept-Encodings, Cookie\r\n";
    tell_varies(lines);
    CHECK(lines == "Vary: Accept-Encoding\r\nVary: Accept-Encodings, Cookie\r\n");
}

TEST_CASE("304: by the tag that the client knows") {
    struct Row {
        const char *lines, *fields, *tag, *vary;
    };
    const Row rows[] = {
        {"ETag: \"x\"\r\n", "If-None-Match: W/\"x\"\r\n", "W/\"x\"", "Accept-Encoding"},
        {"ETag: \"x\"\r\n", "If-None-Match: W/\"y\", W/\"x\"\r\n", "W/\"x\"", "Accept-Encoding"},
        {"ETag: \"x\"\r\n", "If-None-Match: W/\"x\"\r\nIf-None-Match: W/\"y\"\r\n", "W/\"x\"", "Accept-Encoding"},
        {"ETag: \"x\"\r\n", "If-None-Match: \"x\"\r\n", "\"x\"", "Accept-Encoding"},
        {"ETag: \"x\"\r\n", "If-None-Match: W/\"x\", \"x\"\r\n", "\"x\"", "Accept-Encoding"},
        {"ETag: \"x\"\r\n", "If-None-Match: W/\"xx\"\r\n", "\"x\"", "Accept-Encoding"},
        {"ETag: W/\"x\"\r\n", "If-None-Match: W/\"x\"\r\n", "W/\"x\"", "Accept-Encoding"},
        {"X: y\r\n", "If-None-Match: W/\"x\"\r\n", "", "Accept-Encoding"},
        {"ETag: \"x\"\r\nContent-Type: image/png\r\n", "If-None-Match: W/\"x\"\r\n", "\"x\"", ""},
        {"ETag: \"x\"\r\nContent-Encoding: br\r\n", "If-None-Match: W/\"x\"\r\n", "\"x\"", ""},
        {"ETag: \"x\"\r\nCache-Control: no-transform\r\n", "If-None-Match: W/\"x\"\r\n", "\"x\"", ""},
    };
    for (const Row& row : rows) {
        CAPTURE(std::string(row.lines));
        CAPTURE(std::string(row.fields));
        Scene scene;
        scene.given = {row.lines, "", Form::kWhole, 304};
        const Answer answer = scene.ask("GET", kGzip + row.fields);
        CHECK(answer.status == 304);
        CHECK(answer.field("ETag") == row.tag);
        CHECK(answer.field("Vary") == row.vary);
        CHECK(answer.body.empty());
    }
}

TEST_CASE("where all places are taken, answers go out as they are") {
    Scene scene;
    scene.given = {kHtml + "ETag: \"x\"\r\n", page(40000), Form::kLength};
    scene.places->taken = limits::kPackedAnswers;
    const Answer plain = scene.ask("GET", kGzip);
    CHECK(!is_packed(plain));
    CHECK(plain.field("Vary") == "Accept-Encoding");
    CHECK(plain.field("ETag") == "\"x\"");
    CHECK(plain.field("Content-Length") == "40000");
    CHECK((plain.body == page(40000)));
    scene.places->taken -= 1;
    CHECK(is_packed(scene.ask("GET", kGzip)));
    CHECK(scene.places->taken == limits::kPackedAnswers - 1);
}

}  // namespace postern::site::test
