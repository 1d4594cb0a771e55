#include <doctest.h>

#include <optional>
#include <string>

#include "server/proxy/forward_path.h"

namespace postern::proxy {
namespace {

TEST_CASE("forward_path: what is matched is what goes on: dots resolved, slashes merged, escapes as sent") {
    struct Row {
        const char* raw;
        const char* settled;  // null: it is not passed on
    };
    const Row rows[] = {
        {"/", "/"},
        {"/app", "/app"},
        {"/app/", "/app/"},
        {"/app//x///y", "/app/x/y"},
        {"/app/./x", "/app/x"},
        {"/app/.", "/app/"},
        {"/app/..", "/"},
        {"/app/../x", "/x"},
        {"/app/x/../y/../z", "/app/z"},
        {"/app/%2e%2E/x", "/x"},
        {"/app/.%2e/x", "/x"},
        {"/app/%2e/x", "/app/x"},
        {"/app/a%20b%2Fc", "/app/a%20b%2Fc"},
        {"/app/...", "/app/..."},
        {"/app/..;/x", nullptr},
        {"/app/%2e.;x=y/z", nullptr},
        {"/app/..%3Bx/z", nullptr},
        {"/app/.;/x", nullptr},
        {"/app/a..;/x", "/app/a..;/x"},
        {"/app/;x/y", "/app/;x/y"},
        {"/app/%41", "/app/%41"},
        {"/../../x", "/x"},  // the handler answers 404 before it gets here
        {"/app/..%2fx", nullptr},
        {"/app/..%2Fx", nullptr},
        {"/app/..%5cx", nullptr},
        {"/app/x%2f..%2fy", nullptr},
        {"/app/x%2f..", nullptr},
        {"/app/x%2f%2e%2e", nullptr},
        {"/app/.%2fx", nullptr},
        {"/app/x%5C.", nullptr},
        {"/app/x%2f...", "/app/x%2f..."},
        {"/app/x%2f..;", nullptr},  // decoded, and without what stands behind the ';': this climbs as well
        {"/app/%2f..;/%2f..;/x", nullptr},
        {"/app/x%5c%2e.;a=b%5c..;c/y", nullptr},
        {"/app/;x%2f..%3by", nullptr},
        {"/app/x%2f.;", nullptr},
        {"/app/x;..%2fy..;z", "/app/x;..%2fy..;z"},
        {"/app/x;y%2f...;", "/app/x;y%2f...;"},
        {"/app/x\\..\\y", nullptr},
        {"/app/ x", nullptr},
        {"/app/\xc3\xa4", nullptr},
        {"/app#x", nullptr},
        {"", nullptr},
        {"app", nullptr},
        {"*", nullptr},
    };
    for (const Row& row : rows) {
        CAPTURE(row.raw);
        const std::optional<std::string> settled = settled_path(row.raw);
        CHECK(settled.has_value() == (row.settled != nullptr));
        if (settled && row.settled) CHECK(*settled == row.settled);
        if (settled) CHECK(settled_path(*settled) == settled);  // settled for good
    }
}

TEST_CASE("forward_path: a base takes the place of the prefix") {
    struct Row {
        const char *settled, *prefix;
        std::optional<std::string> base;
        const char* on;
    };
    const Row rows[] = {
        {"/app/x", "/app", std::nullopt, "/app/x"}, {"/app/x", "/app", "", "/x"},         {"/app", "/app", "", "/"},
        {"/app/", "/app", "", "/"},                 {"/app/x", "/app", "/base", "/base/x"}, {"/app", "/app", "/base", "/base"},
        {"/x", "", "/base", "/base/x"},             {"/", "", "", "/"},                    {"/a/b/c", "/a/b", "/n", "/n/c"},
        {"/%61pp/x", "/app", "/base", "/base/x"},   {"/app/", "/app", "/base", "/base/"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.settled);
        CAPTURE(row.on);
        CHECK(rebased_path(row.settled, row.prefix, row.base) == row.on);
    }
}

}  // namespace
}  // namespace postern::proxy
