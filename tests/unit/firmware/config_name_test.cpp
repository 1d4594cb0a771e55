#include "firmware/config_name.h"

#include <doctest.h>

using namespace postern;

TEST_CASE("a configuration is known by its number or its path") {
    const admin::ConfigName running{"/etc/postern.ini", 1, 7};
    CHECK(is_meant(running, {}));
    CHECK(is_meant(running, {"/etc/postern.ini", 0, 0}));
    CHECK(is_meant(running, {"/chroot/etc/postern.ini", 1, 7}));
    CHECK_FALSE(is_meant(running, {"/etc/other.ini", 1, 8}));
    CHECK_FALSE(is_meant(running, {"/etc/other.ini", 2, 7}));
    CHECK_FALSE(is_meant({"/etc/postern.ini", 0, 0}, {"/etc/other.ini", 0, 0}));
    const admin::ConfigName here = name_config("README.md"), again = name_config("./tests/../README.md");
    CHECK(here.path.front() == '/');
    CHECK(here.path == again.path);
    CHECK(here.inode == again.inode);
    CHECK(here.inode != 0);
    CHECK(name_config("/nowhere/at/all").path == "/nowhere/at/all");
}
