#include "server/site/open_beneath.h"

#include <doctest.h>
#include <fcntl.h>

#include <cerrno>

#include "tests/unit/server/site/browser.h"

namespace postern::site::test {

TEST_CASE("both ways reach what lies beneath and nothing else") {
    Folder outside, folder;
    outside.write("secret", "s");
    folder.write("a/b/file", "f");
    folder.link("a/inside", "b/file");
    folder.link("a/inside-folder", "b");
    folder.link("a/outside", "../../" + outside.path().filename().string() + "/secret");
    folder.link("a/absolute", (folder.path() / "a/b/file").string());
    folder.link("a/magic", "/proc/self/root");
    const UniqueFd root(::open(folder.path().c_str(), O_PATH | O_DIRECTORY));
    for (const auto way : {open_beneath, open_walking}) {
        CHECK(way(root.get(), "a/b/file").fd);
        CHECK(way(root.get(), "a").fd);
        CHECK(way(root.get(), "a/missing").error == ENOENT);
        CHECK(way(root.get(), "a/b/file/x").error == ENOTDIR);
        for (const char* path : {"a/outside", "a/absolute", "a/magic/etc", "../x", "a/../../x", "/etc/passwd"}) {
            CAPTURE(path);
            const Opened opened = way(root.get(), path);
            CHECK(!opened.fd);
            CHECK(opened.error != 0);
        }
    }
    // The walk follows no symlink at all: stricter than the kernel's way, which knows where one leads.
    CHECK(open_walking(root.get(), "a/inside").error == ELOOP);
    CHECK(!open_walking(root.get(), "a/inside-folder/file").fd);
}

}  // namespace postern::site::test
