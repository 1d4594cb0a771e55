#include "acme/store/lock.h"

#include <doctest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

using namespace postern;
using namespace postern::acme;

TEST_CASE("one holder a lock; the second is told who it is") {
    char folder[] = "/tmp/postern-lock-XXXXXX";  // the one thing of acme that needs the real system
    REQUIRE(::mkdtemp(folder) != nullptr);
    const std::string path = std::string(folder) + "/lock";
    CHECK(lock_holder(path).value() == 0);
    {
        auto first = StateLock::take(path);
        REQUIRE(first.ok());
        auto second = StateLock::take(path);
        REQUIRE_FALSE(second.ok());
        CHECK(second.error().kind() == ErrorKind::kAdmin);
        CHECK(second.error().text().find("process " + std::to_string(::getpid())) != std::string::npos);
        CHECK(lock_holder(path).value() == ::getpid());
    }
    CHECK(lock_holder(path).value() == 0);
    CHECK(StateLock::take(path).ok());
    std::remove(path.c_str());
    ::rmdir(folder);
    CHECK_FALSE(StateLock::take(path).ok());
}
