// The bound of the clock from a state folder alone.
#include "acme/clock_bound.h"

#include <doctest.h>

#include <cerrno>

#include "server/base/random.h"
#include "server/crypto/cert_making.h"
#include "server/crypto/init.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_files.h"

using namespace postern;
using namespace postern::acme;

namespace {

const WallTime kNow = fakes::FakeClock().wall();

std::string certificate_of(WallTime issued) {
    REQUIRE(crypto::init().ok());
    static const auto key = crypto::PrivateKey::generate(crypto::KeyType::kEc256);
    REQUIRE(key.ok());
    SystemRandom random;
    return crypto::make_self_signed(*key, {"a.example"}, issued, 90, random).value();
}

}  // namespace

TEST_CASE("without a state folder, or with an empty one, the bound is when the program was built") {
    fakes::FakeFiles files;
    CHECK(clock_bound_of(files, "/state") == build_time());
    files.put_folder("/state/archive/a.example");
    CHECK(clock_bound_of(files, "/state") == build_time());
    CHECK(files.bytes_written() == 0);
}

TEST_CASE("the newest of the saved time and of all certificates, whoever is configured, counts") {
    fakes::FakeFiles files;
    files.put("/state/clock", "2126-11-21T00:00:00Z\n");
    const WallTime saved(Seconds(4950892800));
    CHECK(clock_bound_of(files, "/state") == saved);
    files.put("/state/archive/a.example/1/fullchain.pem", certificate_of(kNow));
    CHECK(clock_bound_of(files, "/state") == saved);
    files.put("/state/archive/a.example/2/fullchain.pem", certificate_of(saved + Seconds(86400)));
    files.put("/state/archive/b.example/1/fullchain.pem", certificate_of(kNow));
    CHECK(clock_bound_of(files, "/state") == saved + Seconds(86400));
    files.put("/state/archive/a.example/3.damaged-1/fullchain.pem", certificate_of(saved + Seconds(2 * 86400)));
    CHECK(clock_bound_of(files, "/state") == saved + Seconds(86400));  // what was set aside proves nothing
}

TEST_CASE("what is damaged or closed says nothing") {
    fakes::FakeFiles files;
    files.put("/state/archive/a.example/1/fullchain.pem", certificate_of(kNow + Seconds(60)));
    for (const char* damaged : {"half past nine", "", "2126-13-41T00:00:00Z"}) {
        files.put("/state/clock", damaged);
        CHECK(clock_bound_of(files, "/state") == kNow + Seconds(60));
    }
    files.put("/state/clock", "2126-11-21T00:00:00Z\n");
    files.deny("/state/clock", EACCES);
    CHECK(clock_bound_of(files, "/state") == kNow + Seconds(60));
    files.put("/state/archive/a.example/1/fullchain.pem", "no certificate");
    CHECK(clock_bound_of(files, "/state") == build_time());
    files.deny("/state/archive", EACCES);
    CHECK(clock_bound_of(files, "/state") == build_time());
}
