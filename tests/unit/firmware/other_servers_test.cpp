#include "firmware/other_servers.h"

#include <doctest.h>

using namespace postern;

TEST_CASE("state folders of listening servers are found among all sockets") {
    const std::string_view sockets =
        "Num       RefCount Protocol Flags    Type St Inode Path\n"
        "0000000000000000: 00000002 00000000 00010000 0001 01 1 /var/lib/postern/control.sock\n"
        "0000000000000000: 00000003 00000000 00000000 0001 03 2 /var/lib/connected/control.sock\n"
        "0000000000000000: 00000003 00000000 00000000 0001 03 3\n"
        "0000000000000000: 00000002 00000000 00010000 0001 01 4 @/abstract/control.sock\n"
        "0000000000000000: 00000002 00000000 00010000 0001 01 5 /run/other.sock\n"
        "0000000000000000: 00000002 00000000 00010000 0001 01 6 /srv/a state/control.sock\n"
        "0000000000000000: 00000002 00000000 00010000 0001 01 7 /var/lib/postern/control.sock\n"
        "0000000000000000: 00000002 00000000 00010000 0001 01 8 /x 00010000 /control.sockets\n"
        "half a line /";
    CHECK(listening_states(sockets) == std::vector<std::string>{"/var/lib/postern", "/srv/a state"});
    CHECK(listening_states("").empty());
    std::string many;
    for (int i = 0; i < 20; i++) many += "0: 2 0 00010000 0001 01 1 /s" + std::to_string(i) + "/control.sock\n";
    CHECK(listening_states(many).size() == 16);
}
