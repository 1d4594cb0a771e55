#include "server/base/json.h"

#include <doctest.h>

#include <limits>

using namespace postern;

TEST_CASE("what is no JSON of ours") {
    const std::string bad[] = {
        "", " ", "{", "}", "[", "{]", "nul", "tru", "'a'", "\"a", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1,]", "01", "1.", ".5",
        "+1", "- 1", "1e", "NaN", "Infinity", "{a:1}", "{\"a\":1}x", "{}{}", "[1 2]", "\"\x01\"", "\"\\x41\"", "\"\\ud800\"",
        "\"\xff\"", "\"\xc0\xaf\"", "\xEF\xBB\xBF{}", std::string("{\0}", 3), std::string("{}\0", 3), "{\"a\":1,\"a\":2}", "{\"a\":1,\"b\":2,\"a\":{}}", "[{\"\":1,\"\\u0000\":2,\"\":3}]", "<html>",
        "/* no */ {}", std::string(100000, '['), "{\"a\":" + std::string(50, '[') + std::string(50, ']') + "}",
    };
    for (const std::string& text : bad) {
        CAPTURE(text.substr(0, 40));
        auto json = Json::parse(text);
        REQUIRE_FALSE(json.ok());
        CHECK(json.error().kind() == ErrorKind::kRefuse);
    }
}

TEST_CASE("limits hold to the number") {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK(Json::parse(nested(JsonBounds{}.depth)).ok());
    CHECK_FALSE(Json::parse(nested(JsonBounds{}.depth + 1)).ok());
    const auto wide = [](std::size_t n) {
        std::string text = "[0";
        for (std::size_t i = 1; i < n; ++i) text += ",0";
        return text + "]";
    };
    const auto members = [](std::size_t n) {
        std::string text = "{\"0\":0";
        for (std::size_t i = 1; i < n; ++i) text += ",\"" + std::to_string(i) + "\":0";
        return text + "}";
    };
    CHECK(Json::parse(members(JsonBounds{}.members)).ok());
    CHECK_FALSE(Json::parse(members(JsonBounds{}.members + 1)).ok());
    CHECK(Json::parse(wide(JsonBounds{}.nodes - 1)).ok());
    CHECK_FALSE(Json::parse(wide(JsonBounds{}.nodes)).ok());
    CHECK(Json::parse(members(9999), {.members = 9999}).ok());
    CHECK_FALSE(Json::parse(members(9999), {.members = 9998}).ok());
    CHECK(Json::parse(nested(17), {.depth = 17}).ok());
}

TEST_CASE("members come back by name and type, or not at all") {
    auto json = Json::parse(R"( {"t":"x\u00e9\n","n":7,"f":1.5,"big":99999999999999999999,"b":true,"z":null,"a":[1,"2"],"o":{"t":"y"}} )");
    REQUIRE(json.ok());
    CHECK(json->text("t") == "x\xc3\xa9\n");
    CHECK_FALSE(json->text("n"));
    CHECK_FALSE(json->text("missing"));
    CHECK(json->number("n") == 7);
    CHECK_FALSE(json->number("f"));
    CHECK_FALSE(json->number("big"));
    CHECK_FALSE(json->number("t"));
    CHECK(json->flag("b") == true);
    CHECK_FALSE(json->flag("n"));
    REQUIRE(json->array("a"));
    CHECK(json->array("a")->size() == 2);
    CHECK((*json->array("a"))[1].string() == "2");
    CHECK(json->array("o") == nullptr);
    CHECK(json->find("o")->text("t") == "y");
    CHECK(json->find("z")->kind() == Json::Kind::kNull);
    CHECK(json->names().size() == 8);
}

TEST_CASE("numbers are whole ones of 64 bits with their sign, or none") {
    auto json = Json::parse(R"({"least":-9223372036854775808,"minus":-7,"most":9223372036854775807,"over":9223372036854775808,"e":1e3})");
    REQUIRE(json.ok());
    CHECK(json->number("least") == std::numeric_limits<std::int64_t>::min());
    CHECK(json->number("minus") == -7);
    CHECK(json->number("most") == std::numeric_limits<std::int64_t>::max());
    for (const char* none : {"over", "e", "missing"}) CHECK_FALSE(json->number(none));
    CHECK(json->find("over")->natural() == 9223372036854775808u);
    CHECK(json->find("most")->natural() == 9223372036854775807u);
    for (const char* none : {"least", "minus", "e"}) CHECK_FALSE(json->find(none)->natural());
    CHECK_FALSE(Json::parse("18446744073709551616")->natural());
    CHECK(Json::parse("18446744073709551615")->natural() == std::numeric_limits<std::uint64_t>::max());
    CHECK(Json::parse("0")->natural() == 0u);
}

TEST_CASE("asking what is no object for members is harmless") {
    for (const char* text : {"[]", "7", "\"a\"", "null", "true"}) {
        auto json = Json::parse(text);
        REQUIRE(json.ok());
        CHECK(json->find("a") == nullptr);
        CHECK_FALSE(json->text("a"));
        CHECK(json->array("a") == nullptr);
    }
}

TEST_CASE("cut anywhere it is refused") {
    const std::string good = R"({"status":"ready","authorizations":["https://a/1","https://a/2"],"n":[1,{"x":null}]})";
    for (std::size_t cut = 0; cut < good.size(); ++cut) CHECK_FALSE(Json::parse(good.substr(0, cut)).ok());
}

TEST_CASE("what is written can be read") {
    const std::string nasty = "quote\" back\\ tab\t nl\n nul" + std::string(1, '\0') + " é";
    const std::string text = JsonObject().add("a\"b", nasty).add_raw("l", json_list({"1", "[]"})).done();
    auto json = Json::parse(text);
    REQUIRE(json.ok());
    CHECK(json->text("a\"b") == nasty);
    CHECK(json->array("l")->size() == 2);
    CHECK(json_list({}) == "[]");
    CHECK(JsonObject().done() == "{}");
}

TEST_CASE("flags, numbers, lists and what is not UTF-8") {
    const std::string text = JsonObject()
                                 .flag("yes", true)
                                 .flag("no", false)
                                 .number("least", std::numeric_limits<std::int64_t>::min())
                                 .number("small", static_cast<std::uint16_t>(443))
                                 .null("none")
                                 .list("names", {"a\xff\xc3", "\xed\xa0\x80z", "\xf0\x9f\x94\x92"})
                                 .list("empty", {})
                                 .done();
    CHECK(text == "{\"yes\":true,\"no\":false,\"least\":-9223372036854775808,\"small\":443,\"none\":null,"
                  "\"names\":[\"a\xEF\xBF\xBD\xEF\xBF\xBD\",\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz\",\"\xf0\x9f\x94\x92\"],\"empty\":[]}");
    auto json = Json::parse(text);
    REQUIRE(json.ok());
    CHECK(json->find("yes")->flag() == true);
    CHECK_FALSE(json->find("small")->flag());
    CHECK(json->find("small")->number() == 443);
    CHECK_FALSE(json->find("none")->number());
    CHECK(json->find("names")->items().size() == 3);
    CHECK(json->items().size() == json->names().size());
}
