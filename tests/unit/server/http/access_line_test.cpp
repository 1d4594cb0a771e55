#include "server/http/access_line.h"

#include <doctest.h>

#include <string>

#include "tests/unit/server/http/wire.h"

namespace postern::http::test {
namespace {

// Keeps the lines of a session.
class Lines final : public AccessObserver {
public:
    explicit Lines(AccessFormat format) : format_(format) {}
    void answered(const Answered& answered, const Context& context) override {
        char room[kAccessLine + 1];
        room[kAccessLine] = '!';
        text.append(room, write_access_line(room, format_, answered, context));
        CHECK(room[kAccessLine] == '!');
    }
    std::string text;

private:
    AccessFormat format_;
};

std::string logged(AccessFormat format, std::string_view sent, std::size_t max_body = 0) {
    Lines lines(format);
    Wire wire(max_body);
    wire.context.access = &lines;
    wire.context.peer = "192.0.2.7";
    wire.send(sent);
    if (wire.session->phase() != Phase::kIdle && wire.session->phase() != Phase::kClosing) {
        char room[4096];
        Output out(room, sizeof room);
        wire.session->time_out(out, wire.context);
    }
    return lines.text;
}

std::string combined(std::string_view sent, std::size_t max_body = 0) { return logged(AccessFormat::kCombined, sent, max_body); }

const std::string kWho = "192.0.2.7 - - [06/Nov/1994:08:49:37 +0000] ";

}  // namespace

TEST_CASE("a line of the combined format") {
    CHECK(combined("GET /a%20b?x=1 HTTP/1.1\r\nHost: a\r\nReferer: https://r.example/\r\nUser-Agent: curl/8\r\n\r\n") ==
          kWho + "\"GET /a%20b?x=1 HTTP/1.1\" 200 2 \"https://r.example/\" \"curl/8\"\n");
    CHECK(combined("HEAD / HTTP/1.0\r\n\r\n") == kWho + "\"HEAD / HTTP/1.0\" 200 0 \"-\" \"-\"\n");
    const std::string two = combined("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(two == kWho + "\"GET /1 HTTP/1.1\" 200 2 \"-\" \"-\"\n" + kWho + "\"GET /2 HTTP/1.1\" 200 2 \"-\" \"-\"\n");
}

TEST_CASE("a line of JSON") {
    CHECK(logged(AccessFormat::kJson, "GET /\x7f\"x HTTP/1.1\r\nHost: A.example\r\nUser-Agent: \"\xc3\xa4\\\"\r\n\r\n").find("\"status\":400") !=
          std::string::npos);
    CHECK(logged(AccessFormat::kJson, "GET /x HTTP/1.1\r\nHost: A.example\r\nUser-Agent: \"\xc3\xa4\\\"\r\n\r\n") ==
          "{\"time\":\"1994-11-06T08:49:37Z\",\"peer\":\"192.0.2.7\",\"tls\":false,\"host\":\"a.example\",\"request\":\"GET /x "
          "HTTP/1.1\",\"status\":200,\"bytes\":2,\"referer\":\"\",\"user_agent\":\"\\u0022\\u00c3\\u00a4\\u005c\\u0022\",\"user\":\"\",\"id\":\"\"}\n");
}

TEST_CASE("who has shown a password is noted, in ASCII, and his password is not") {
    for (const AccessFormat format : {AccessFormat::kCombined, AccessFormat::kJson}) {
        Lines lines(format);
        Wire wire;
        wire.context.access = &lines;
        wire.context.peer = "192.0.2.7";
        wire.handler.answer = [](const Request&) {
            Response response;
            response.user = "\xc3\xa4nn \"x\"";
            response.request_id = "r-1";
            return response;
        };
        wire.send("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic YW5uOnNlY3JldA==\r\n\r\n");
        CHECK(lines.text.find(format == AccessFormat::kJson ? "\"user\":\"\\u00c3\\u00a4nn \\u0022x\\u0022\"" : "192.0.2.7 - \\xc3\\xa4nn \\x22x\\x22 [") !=
              std::string::npos);
        CHECK((lines.text.find("\"id\":\"r-1\"}") != std::string::npos) == (format == AccessFormat::kJson));
        CHECK(lines.text.find("YW5u") == std::string::npos);
    }
}

TEST_CASE("what a client sends stays one line, with its quotes escaped, and is cut") {
    const std::string agent = "a\"b\\c\x80" + std::string(3000, '"');
    const std::string line = combined("GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: " + agent + "\r\nReferer: " + std::string(3000, 'r') + "\r\n\r\n");
    CHECK(line.find("\"a\\x22b\\x5cc\\x80\\x22") != std::string::npos);
    CHECK(line.size() < kAccessLine);
    CHECK(line.find('\n') == line.size() - 1);
    const std::string target(8000, '~');
    for (const AccessFormat format : {AccessFormat::kCombined, AccessFormat::kJson})
        CHECK(logged(format, "GET /" + target + " HTTP/1.1\r\nHost: a\r\nUser-Agent: " + agent + "\r\n\r\n").size() < kAccessLine);
}

TEST_CASE("what is no request is noted as it came") {
    CHECK(combined("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").find("\"GET / HTTP/1.1\" 400 ") != std::string::npos);
    CHECK(combined("\x16\x03\x01 \"hello\r\n").find("] \"\\x16\\x03\\x01 \\x22hello\" 400 ") != std::string::npos);
    CHECK(combined("GET /slow HTTP/1.1\r\nHos").find("\"GET /slow HTTP/1.1\" 408 ") != std::string::npos);
    CHECK(combined("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n", 10).find("\"POST /up HTTP/1.1\" 413 ") != std::string::npos);
    CHECK(combined("POST /up HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n").find("\"POST /up HTTP/1.1\" 400 ") !=
          std::string::npos);
    CHECK(combined("").empty());
}

TEST_CASE("the size is that of the body that is sent") {
    Lines lines(AccessFormat::kCombined);
    Wire wire;
    wire.context.access = &lines;
    auto page = std::make_shared<Prebuilt>();
    page->bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    page->head_size = page->bytes.size() - 5;
    page->body_size = 5;
    wire.handler.answer = [&](const Request& request) {
        Response response;
        if (request.path == "/304") response.status = 304;
        else if (request.path == "/page") response.prebuilt = page;
        else response.body = std::string(1000, 'x');
        return response;
    };
    for (const std::string path : {"/304", "/page", "/text"}) wire.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(lines.text.find("\" 304 0 \"") != std::string::npos);
    CHECK(lines.text.find("\" 200 5 \"") != std::string::npos);
    CHECK(lines.text.find("\" 200 1000 \"") != std::string::npos);
}

}  // namespace postern::http::test
