#include "server/base/utf8.h"

#include <doctest.h>

using namespace postern;

TEST_CASE("UTF-8 is told from everything else") {
    for (const char* good : {"", "a", "ü", "€", "😀", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"})
        CHECK(find_invalid_utf8(good) == std::string_view::npos);
    for (const char* bad : {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                            "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe2\x82", "\xc3("})
        CHECK(find_invalid_utf8(bad) == 0);
    CHECK(find_invalid_utf8("aü\xff") == 3);
}

TEST_CASE("a code point and its size") {
    CHECK(first_code_point("a")->value == 'a');
    CHECK(first_code_point("\xc3\xa4x")->value == 0xE4);
    CHECK(first_code_point("\xc3\xa4x")->size == 2);
    CHECK(first_code_point("\xe3\x82\xa2")->value == 0x30A2);
    CHECK(first_code_point("\xf4\x8f\xbf\xbf")->value == 0x10FFFF);
    CHECK(first_code_point(std::string_view("\0", 1))->size == 1);
    CHECK_FALSE(first_code_point("\xe3\x82"));
}
