// A configuration in memory for the tests of this folder.
#pragma once

#include <string>
#include <string_view>

#include "firmware/config/config.h"
#include "tests/fakes/fake_files.h"

namespace postern::config {

inline constexpr const char* kAccounts =
    "root:x:0:0:root:/root:/bin/sh\n"
    "www-data:x:33:34:www:/var/www:/usr/sbin/nologin\n"
    "postern:x:990:991::/nonexistent:/usr/sbin/nologin\n"
    "half:x:7\n";
inline constexpr const char* kGroups = "root:x:0:\nwww-data:x:34:\nssl-cert:x:112:postern\npostern:x:991:\n";

inline fakes::FakeFiles stage(std::string_view ini) {
    fakes::FakeFiles files;
    files.put("t.ini", std::string(ini));
    files.put("/etc/postern.ini", std::string(ini));
    files.put("/etc/passwd", kAccounts, 0644);
    files.put("/etc/group", kGroups, 0644);
    files.put("/etc/my-ca.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", 0644);
    files.put_folder("/srv/www");
    files.put_folder("/etc/htdocs");
    files.put_folder("/var/lib/postern/live");
    files.put_link("/srv/link", "www");
    return files;
}

inline ConfigOrFaults read(std::string_view ini, bool as_root = false) {
    fakes::FakeFiles files = stage(ini);
    return read_config(files, "/etc/postern.ini", as_root);
}

// Every fault, one a line, as check prints them.
inline std::string faults_of(const ConfigOrFaults& result) {
    std::string text;
    for (const Fault& fault : result.faults) text += fault.print() + "\n";
    return text;
}

}  // namespace postern::config
