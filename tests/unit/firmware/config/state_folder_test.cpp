#include "firmware/config/state_folder.h"

#include <doctest.h>

#include "acme/store/store.h"
#include "tests/unit/firmware/config/ini_tester.h"

using namespace postern;
using namespace postern::config;

namespace {

constexpr const char* kState = "/var/lib/postern";

// A folder with these entries: a name with '/' at its end is a folder.
std::string seen_in(std::initializer_list<std::string> entries) {
    fakes::FakeFiles files;
    files.put_folder(kState);
    for (const std::string& entry : entries) {
        const std::string path = std::string(kState) + "/" + entry;
        if (path.back() == '/') files.put_folder(path.substr(0, path.size() - 1));
        else files.put(path, "x");
    }
    return foreign_entry(files, kState);
}

}  // namespace

TEST_CASE("a state folder is empty or of our making") {
    fakes::FakeFiles nothing;
    CHECK(foreign_entry(nothing, kState).empty());
    CHECK(seen_in({}).empty());
    CHECK(seen_in({"lost+found/"}).empty());
    CHECK(seen_in({"lock"}).empty());  // a first start that was cut short
    CHECK(seen_in({"lock", "control.sock", "archive/", "live/"}).empty());
    CHECK(seen_in({"jobs.damaged-1/", "archive/"}).empty());
    CHECK(seen_in({"accounts/", "archive/", "jobs/", "live/", "selfsigned/", "staging/", "notes.txt"}).empty());
    CHECK(seen_in({".bashrc", "letters/"}) == ".bashrc");
    CHECK(seen_in({"accounts/", "archive/", "csr/", "keys/", "live/", "renewal/"}) == "csr");  // certbot's
    CHECK(seen_in({"lock", "zzz"}) == "zzz");
}

TEST_CASE("what the store makes is ours") {
    fakes::FakeFiles files;
    REQUIRE(acme::Store::open(files, kState, FileSystem::kKeepGroup).ok());
    files.put(std::string(kState) + "/what", "x");
    CHECK(foreign_entry(files, kState).empty());
}

TEST_CASE("a foreign folder is refused, and one that may not be listed is left to who may") {
    fakes::FakeFiles files = stage("[server]\nstate = /srv/letters\n");
    files.put("/srv/letters/.profile", "x");
    CHECK(faults_of(read_config(files, "/etc/postern.ini", false)) ==
          "/etc/postern.ini:2: [server] state: /srv/letters holds what is not ours ('.profile'), and stays as it is; allowed: a folder "
          "that does not exist yet, an empty one, or one that an earlier start has made\n");
    files.deny("/srv/letters", EACCES);
    CHECK(read_config(files, "/etc/postern.ini", false).config);
}
