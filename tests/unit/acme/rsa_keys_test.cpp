// The large keys, through a whole order and a renewal. Slow: they are looked for as long as it takes.
#include <doctest.h>

#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

TEST_CASE("rsa3072 and rsa4096: issued, kept, served, and renewed with the same key") {
    World world;
    WantedCert first = wanted_cert("a.example"), second = wanted_cert("b.example");
    first.key_type = crypto::KeyType::kRsa3072;
    second.key_type = crypto::KeyType::kRsa4096;
    first.reuse_key = second.reuse_key = true;  // another one of each would take as long again, and show nothing new
    world.start({first, second});
    world.keeper->run_due();
    for (int generation = 1; generation <= 2; ++generation) {
        CAPTURE(generation);
        const auto certificates = world.status.get()->certificates;
        REQUIRE(certificates.size() == 2);
        for (const CertStatus& one : certificates) {
            CAPTURE(one.name);
            CHECK(one.rung == Rung::kPublic);
            CHECK(one.generation == generation);
            CHECK(one.facts->key == (one.name == "a.example" ? "rsa3072" : "rsa4096"));
            CHECK(world.publisher.served[one.name]->facts().fingerprint == one.facts->fingerprint);
        }
        if (generation == 1) CHECK(world.keeper->renew({}, true).changed);
    }
    World later(world.files);  // read back from the disk
    later.start({first, second});
    CHECK(later.status.get()->certificates.back().facts->key == "rsa4096");
    CHECK(world.ca.faults.empty());
}
