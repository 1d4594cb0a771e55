#include "server/http/client_of.h"

#include <doctest.h>

#include <string>
#include <vector>

namespace postern::http::test {
namespace {

std::string client(const std::vector<std::string>& lists, const char* peer = "10.0.0.1", bool trusted = true) {
    static const std::vector<Subnet> kTrusted{*Subnet::parse("10.0.0.0/8"), *Subnet::parse("fd00::/8")};
    std::vector<FieldView> fields{{"Host", "x"}};
    for (const std::string& list : lists) fields.push_back({"x-forwarded-FOR", list});
    Request request;
    request.fields = fields;
    Context context;
    context.peer = peer;
    if (trusted) context.trusted = &kTrusted;
    return std::string(client_of(request, context));
}

}  // namespace

TEST_CASE("client_of: the peer, where it is no proxy that is trusted, or says nothing") {
    CHECK(client({"192.0.2.1"}, "203.0.113.9", false) == "203.0.113.9");
    CHECK(client({}) == "10.0.0.1");
    CHECK(client({""}) == "10.0.0.1");
    CHECK(client({"unknown"}) == "10.0.0.1");
    CHECK(client({"192.0.2.1,"}) == "10.0.0.1");
}

TEST_CASE("client_of: the last one that is no proxy; what stands before it may be a lie") {
    CHECK(client({"192.0.2.1"}) == "192.0.2.1");
    CHECK(client({"1.1.1.1, 192.0.2.1"}) == "192.0.2.1");
    CHECK(client({"1.1.1.1, 192.0.2.1 ,10.0.0.9,fd00::1"}) == "192.0.2.1");
    CHECK(client({"10.0.0.8, 10.0.0.9"}) == "10.0.0.8");
    CHECK(client({"1.1.1.1", "192.0.2.1", "10.0.0.9"}) == "192.0.2.1");
    CHECK(client({"1.1.1.1", "10.0.0.9"}) == "1.1.1.1");
    CHECK(client({"192.0.2.1, nonsense, 10.0.0.9"}) == "10.0.0.9");
    CHECK(client({"192.0.2.1, nonsense", "10.0.0.9"}) == "10.0.0.9");
    CHECK(client({"192.0.2.1", "nonsense"}) == "10.0.0.1");
}

TEST_CASE("client_of: as proxies write addresses") {
    CHECK(client({"192.0.2.1:4711"}) == "192.0.2.1");
    CHECK(client({"2001:db8::1"}) == "2001:db8::1");
    CHECK(client({"[2001:db8::1]"}) == "2001:db8::1");
    CHECK(client({"[2001:db8::1]:4711"}) == "2001:db8::1");
    CHECK(client({"["}) == "10.0.0.1");
    CHECK(client({"::ffff:10.0.0.3"}) == "::ffff:10.0.0.3");
    CHECK(client({"192.0.2.1, ::ffff:10.0.0.3"}) == "192.0.2.1");
    CHECK(client({"\"192.0.2.1\""}) == "10.0.0.1");
}

}  // namespace postern::http::test
