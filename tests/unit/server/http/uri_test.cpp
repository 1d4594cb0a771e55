// What the tables of requests do not reach: the parts one by one, and properties that hold for any path.
#include "server/http/uri.h"

#include <doctest.h>

#include <array>
#include <string>

#include "server/http/mime.h"
#include "server/http/status.h"

namespace postern::http {
namespace {

struct Decoded {
    bool ok;
    std::string path;
    bool encoded_slash;
    bool above_root;
};

Decoded decode(const std::string& raw) {
    std::string room(raw.size(), '\0');
    DecodedPath out;
    const bool ok = decode_path(raw, room, out);
    return {ok, std::string(out.path), out.encoded_slash, out.above_root};
}

}  // namespace

TEST_CASE("a plain path is not copied") {
    std::array<char, 64> room{};
    DecodedPath out;
    const std::string_view raw = "/a/b.c/d-e_f~g";
    CHECK(decode_path(raw, room, out));
    CHECK(out.path.data() == raw.data());
    CHECK(room[0] == '\0');
}

TEST_CASE("every path of a small alphabet: what comes out is clean and decodes to itself") {
    constexpr std::array<const char*, 6> kParts = {"/", ".", "a", "%2e", "%2F", "%41"};
    constexpr int kDepth = 6;
    int accepted = 0;
    for (int code = 0; code < 6 * 6 * 6 * 6 * 6 * 6; ++code) {
        std::string raw = "/";
        for (int i = 0, rest = code; i < kDepth; ++i, rest /= 6) raw += kParts[static_cast<std::size_t>(rest % 6)];
        const Decoded out = decode(raw);
        if (!out.ok) continue;
        ++accepted;
        CAPTURE(raw);
        const std::string inside = out.path + "/";
        CHECK(out.path.size() <= raw.size());
        CHECK(inside.find("/../") == std::string::npos);
        CHECK(inside.find("/./") == std::string::npos);
        CHECK(out.path.find("//") == std::string::npos);
        CHECK(out.path.front() == '/');
        // The flag also tells of one that ".." has dropped: it says what was sent.
        CHECK(out.encoded_slash == (raw.find("%2F") != std::string::npos));
        CHECK(decode(out.path).path == out.path);
    }
    CHECK(accepted > 10000);
}

TEST_CASE("who climbs over the root stays there, and it is noticed") {
    for (const char* raw : {"/..", "/../x", "/a/../../x", "/%2e%2e/x", "/.%2E/x", "//..//x", "/../.."}) {
        CAPTURE(raw);
        CHECK(decode(raw).ok);
        CHECK(decode(raw).above_root);
    }
    CHECK(decode("/../x").path == "/x");
    for (const char* raw : {"/a/..", "/a/b/../../x", "/...", "/..a"}) {
        CAPTURE(raw);
        CHECK(!decode(raw).above_root);
    }
}

TEST_CASE("a buffer that is too small is refused") {
    std::array<char, 4> room{};
    DecodedPath out;
    CHECK(!decode_path("/a/%41/c", room, out));
    Authority authority;
    CHECK(!parse_authority("abcde", room, authority));
    CHECK(!parse_authority("[2001:db8::1]", room, authority));
}

TEST_CASE("authorities") {
    std::array<char, kHostSize> room{};
    Authority out;
    CHECK(parse_authority("A.Example:8080", room, out));
    CHECK(out.host == "a.example");
    CHECK(out.port == 8080);
    CHECK(parse_authority("[2001:DB8:0:0:1:0:0:1]", room, out));
    CHECK(out.host == "2001:db8::1:0:0:1");
    CHECK(out.port == 0);
    CHECK(parse_authority(std::string(255, 'a'), room, out));
    CHECK(parse_authority(std::string(255, 'a') + ".:1", room, out));
    CHECK(!parse_authority(std::string(256, 'a'), room, out));
}

TEST_CASE("media types by the last extension, whatever its case") {
    CHECK(media_type("index.html") == "text/html; charset=utf-8");
    CHECK(media_type("A.JPEG") == "image/jpeg");
    CHECK(media_type("a.tar.gz") == "application/gzip");
    CHECK(media_type("7.7z") == "application/x-7z-compressed");
    CHECK(media_type("z.zst") == "application/zstd");
    for (const char* unknown : {"", "README", "a.", "a.b/c", "a.nosuchtype", "a.averyveryverylongextension", "html"}) {
        CHECK(media_type(unknown) == "application/octet-stream");
    }
}

TEST_CASE("phrases and pages of statuses") {
    CHECK(reason_of(404) == "Not Found");
    CHECK(reason_of(428) == "Precondition Required");
    CHECK(reason_of(299).empty());
    const auto page = status_page(404);
    CHECK(page == status_page(404));
    CHECK(page->bytes.size() == page->head_size + page->body_size);
    CHECK(page->bytes.substr(page->head_size - 4, 4) == "\r\n\r\n");
    CHECK(status_page(405)->bytes.find("\r\nAllow: GET, HEAD, OPTIONS\r\n") != std::string::npos);
    CHECK(status_page(999) == status_page(500));
}

}  // namespace postern::http
