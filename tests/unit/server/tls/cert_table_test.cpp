#include "server/tls/cert_table.h"

#include <doctest.h>

#include "tests/unit/server/tls/tls_tester.h"

using namespace postern;
using namespace postern::tls_tests;
using tls::CertTable;

namespace {

CertTable table() {
    return CertTable({{"a", {"a.example", "www.a.example"}, Server::first_site().bundle},
                      {"b", {"b.example", "*.b.example", "www.a.example"}, Server::second_site().bundle}});
}

}  // namespace

TEST_CASE("an empty table has nothing for anybody") {
    CertTable empty;
    CHECK(empty.find("a.example") == nullptr);
    CHECK(empty.find("") == nullptr);
}

TEST_CASE("exact name, wildcard for one label, else the first entry") {
    CertTable certificates = table();
    const auto a = Server::first_site().bundle, b = Server::second_site().bundle;
    struct Row {
        const char* name;
        CertTable::Bundle want;
    };
    for (const Row& row : {Row{"a.example", a}, Row{"A.Example", a}, Row{"a.example.", a}, Row{"b.example", b}, Row{"x.b.example", b},
                           Row{"X.B.EXAMPLE.", b}, Row{"y.x.b.example", a}, Row{".b.example", a}, Row{"*.b.example", b},
                           Row{"www.a.example", a}, Row{"", a}, Row{".", a}, Row{"192.0.2.1", a}, Row{"unknown.example", a}}) {
        CAPTURE(row.name);
        CHECK(certificates.find(row.name) == row.want);
    }
    CHECK(certificates.find(std::string(255, 'x')) == a);
}

TEST_CASE("a lineage that is asked for answers to every name; one that there is not, as if none was") {
    CertTable certificates = table();
    const auto a = Server::first_site().bundle, b = Server::second_site().bundle;
    for (const char* name : {"", "a.example", "b.example", "unknown.example", "192.0.2.1"}) {
        CAPTURE(name);
        CHECK(certificates.choose("b", name).first == b);
        CHECK(certificates.choose("a", name).first == a);
        CHECK(certificates.choose("none", name).first == certificates.find(name));
    }
    CHECK(CertTable().choose("a", "").first == nullptr);
}

TEST_CASE("with() replaces in place or appends; the old table stays as it was") {
    CertTable certificates = table();
    auto fresh = make_entry("b", {"b.example"});
    auto next = certificates.with(fresh);
    CHECK(next->find("b.example") == fresh.bundle);
    CHECK(next->find("x.b.example") == Server::first_site().bundle);  // the wildcard went with the old entry
    CHECK(next->entries().size() == 2);
    CHECK(next->entries()[1].lineage == "b");
    CHECK(certificates.find("b.example") == Server::second_site().bundle);
    auto more = next->with({"c", {"c.example"}, fresh.bundle});
    CHECK(more->entries().size() == 3);
    CHECK(more->find("nobody") == Server::first_site().bundle);
}

TEST_CASE("without() leaves one out") {
    CertTable certificates = table();
    auto next = certificates.without("a");
    CHECK(next->entries().size() == 1);
    CHECK(next->find("www.a.example") == Server::second_site().bundle);
    CHECK(next->find("unknown") == Server::second_site().bundle);
    CHECK(next->without("b")->find("b.example") == nullptr);
    CHECK(certificates.without("none")->entries().size() == 2);
}
