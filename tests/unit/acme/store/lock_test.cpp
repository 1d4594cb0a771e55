#include "acme/store/lock.h"

#include <doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "server/base/unique_fd.h"

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

TEST_CASE("a lock held by who has not said its number, or something else, is held all the same; a link is no lock") {
    char folder[] = "/tmp/postern-lock-XXXXXX";
    REQUIRE(::mkdtemp(folder) != nullptr);
    const std::string path = std::string(folder) + "/lock", link = std::string(folder) + "/link";
    for (const std::string text : {"", "not a number\n", "99999999999999999999999999\n"}) {
        CAPTURE(text);
        const UniqueFd other(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
        REQUIRE(::pwrite(other.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
        REQUIRE(::flock(other.get(), LOCK_EX) == 0);
        const auto taken = StateLock::take(path);
        REQUIRE_FALSE(taken.ok());
        CHECK(taken.error().text().find("process 0") != std::string::npos);
    }
    REQUIRE(::symlink(path.c_str(), link.c_str()) == 0);
    CHECK_FALSE(StateLock::take(link).ok());
    CHECK_FALSE(lock_holder(link).ok());
    CHECK(StateLock::take(path).ok());
    std::remove(link.c_str());
    std::remove(path.c_str());
    ::rmdir(folder);
}
