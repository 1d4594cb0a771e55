#include "server/base/text.h"

#include <doctest.h>

#include "server/base/base64url.h"
#include "server/base/ip_text.h"

using namespace postern;
using namespace std::string_view_literals;

TEST_CASE("text: case, ends, parts") {
    CHECK(equal_no_case("Host", "hOST"));
    CHECK_FALSE(equal_no_case("Host", "Hos"));
    CHECK_FALSE(equal_no_case("[", "{"));  // 0x20 apart, yet no letters
    CHECK(lower("ÄBC-z") == "Äbc-z");      // bytes beyond ASCII stay
    CHECK(trim(" \t a b\t ") == "a b");
    CHECK(trim(" \t ").empty());
    CHECK(trim("\ra\n") == "\ra\n");
    CHECK(has_prefix("abc", "ab"));
    CHECK_FALSE(has_prefix("a", "ab"));
    CHECK(has_suffix("abc", "bc"));
    CHECK(split("a, b ,,c", ',') == std::vector<std::string_view>{"a", "b", "", "c"});
    CHECK(split("", ',') == std::vector<std::string_view>{""});
    CHECK(join({"a", "", "c"}, "; ") == "a; ; c");
    CHECK(join({}, "; ").empty());
}

TEST_CASE("text: decimal numbers") {
    CHECK(parse_decimal("0") == 0u);
    CHECK(parse_decimal("007") == 7u);
    CHECK(parse_decimal("18446744073709551615") == 18446744073709551615u);
    for (std::string_view bad : {"", "18446744073709551616", "99999999999999999999999", "+1", "-1", " 1", "1 ", "1.", "0x1",
                                 "१"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_decimal(bad).has_value());
    }
}

TEST_CASE("text: hex") {
    CHECK(to_hex("\x00\x7f\xff\n"sv) == "007fff0a");
    CHECK(from_hex("007FfF0a") == std::string("\x00\x7f\xff\n", 4));
    CHECK(from_hex("") == "");
    for (std::string_view bad : {"0", "0g", "0x", " 0", "é"}) CHECK_FALSE(from_hex(bad).has_value());
}

TEST_CASE("text: printable lets nothing through that moves a cursor") {
    CHECK(printable("plain \"text\" ~") == "plain \"text\" ~");
    CHECK(printable("a\r\nb\x1b[2J\x7f\0c"sv) == "a\\x0d\\x0ab\\x1b[2J\\x7f\\x00c");
    CHECK(printable("ä") == "\\xc3\\xa4");
    CHECK(printable("abcdef", 3) == "abc…");
    CHECK(printable("abc", 3) == "abc");
    CHECK(printable("\xff\xff", 1) == "\\xff…");
}

TEST_CASE("text: nearest finds typing errors and nothing else") {
    const std::vector<std::string_view> keys = {"listen", "names", "root", "canonical", "redirect", "key_type"};
    struct Row {
        std::string_view word, found;
    };
    for (const Row& row : std::vector<Row>{{"lisen", "listen"}, {"listne", "listen"}, {"Listen", "listen"},
                                           {"naems", "names"}, {"name", "names"}, {"rot", "root"},
                                           {"cannonical", "canonical"}, {"redirct", "redirect"}, {"keytype", "key_type"},
                                           {"zzz", ""}, {"", ""}, {"x", ""}, {"completely_else", ""}}) {
        CAPTURE(row.word);
        CHECK(nearest(row.word, keys) == row.found);
    }
    CHECK(nearest(std::string(100, 'a'), keys).empty());
    CHECK(nearest("a", {"b"}) == "b");  // one of one letter is still one
    CHECK(nearest("abc", {"abx", "aby"}) == "abx");
}

TEST_CASE("base64url: RFC 4648 section 10, without padding") {
    struct Row {
        std::string_view bytes, text;
    };
    for (const Row& row : std::vector<Row>{{"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"foob", "Zm9vYg"},
                                           {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xbf"sv, "-_-_"},
                                           {"\0\0"sv, "AAA"}}) {
        CAPTURE(row.text);
        CHECK(base64url_encode(row.bytes) == row.text);
        CHECK(base64url_decode(row.text) == std::string(row.bytes));
    }
    // RFC 7515 appendix A.1
    CHECK(base64url_encode("{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}") == "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9");
    for (std::string_view bad : std::vector<std::string_view>{"Zg==", "Z", "Zm9vY", "Zg ", "Zm\n9", "+/", "Zh", "Zm9", "Zm8=", "Zm8\0"sv, "Zé"sv}) {
        CAPTURE(bad);
        CHECK_FALSE(base64url_decode(bad).has_value());
    }
    CHECK(is_base64url("aZ09-_"));
    CHECK_FALSE(is_base64url(""));
    CHECK_FALSE(is_base64url("a.b"));
}

TEST_CASE("base64url: every byte, every length") {
    std::string bytes;
    for (int i = 0; i < 300; ++i) {
        CHECK(base64url_decode(base64url_encode(bytes)) == bytes);
        bytes += static_cast<char>(i * 7);
    }
}

TEST_CASE("ip_text: RFC 5952") {
    struct Row {
        std::string_view text, canonical;
    };
    for (const Row& row : std::vector<Row>{
             {"192.0.2.1", "192.0.2.1"}, {"0.0.0.0", "0.0.0.0"}, {"255.255.255.255", "255.255.255.255"},
             {"::", "::"}, {"::1", "::1"}, {"1::", "1::"}, {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
             {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},  // one group alone is not shortened
             {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},           // the longest run
             {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},     // the first of equals
             {"0:0:1:0:0:0:0:0", "0:0:1::"}, {"2001:0db8::0001", "2001:db8::1"}, {"::ffff:192.0.2.1", "::ffff:c000:201"},
             {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"}, {"0:2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"}}) {
        CAPTURE(row.text);
        const auto bytes = ip_to_bytes(row.text);
        REQUIRE(bytes.has_value());
        CHECK(ip_from_bytes(*bytes) == row.canonical);
    }
    for (std::string_view bad : std::vector<std::string_view>{"", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.0.0.1", "1.2.3.4 ", "[::1]", "::1%eth0", ":::",
                                 "1::2::3", "12345::", "a.example", "1.2.3.4\0"sv, "0x7f.0.0.1", "2130706433"}) {
        CAPTURE(bad);
        CHECK_FALSE(ip_to_bytes(bad).has_value());
    }
    CHECK(ip_from_bytes("abc").empty());
}

TEST_CASE("ip_text: the names of reverse look-ups, as RFC 3596 section 2.5 shows them") {
    CHECK(reverse_name(*ip_to_bytes("192.0.2.1")) == "1.2.0.192.in-addr.arpa");
    CHECK(reverse_name(*ip_to_bytes("127.0.0.1")) == "1.0.0.127.in-addr.arpa");
    CHECK(reverse_name(*ip_to_bytes("4321:0:1:2:3:4:567:89ab")) ==
          "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa");
    CHECK(reverse_name("").empty());
    CHECK(reverse_name("abc").empty());
}
