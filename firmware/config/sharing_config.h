// What several boxes behind one name need of each other, as typed values: who answers for a CA's challenge, and who else gets
// the renewed files. Part of Config, and all that the parts which do it are handed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/base/secret.h"

namespace postern::config {

// http://HOST[:PORT][/BASE] of [acme] challenge_upstream.
struct Upstream {
    std::string host;        // a name or an address, lower case, without brackets; empty: none
    std::uint16_t port = 80;
    std::string base;        // begins with '/' where it is not empty, never ends with it

    std::string text() const;  // as one would write it; empty: none
    bool operator==(const Upstream&) const = default;
};

struct DeploySection {
    int line = 0;
    std::string name;                       // as written after "deploy "
    std::vector<std::string> certificates;  // as written: names of sites; empty: all
    std::vector<std::string> lineages;      // the folders below live/ that this means
    std::string command;                    // for sh -c; empty: nothing is taken there, it is fetched
    long long timeout = 300;                // seconds
    std::shared_ptr<const Secret> pull_token;  // of who fetches them, from whichever key; null: nobody
    std::string pull_token_file;
    std::shared_ptr<const Secret> file_pull_token;  // what that held, until both keys are seen
};

}  // namespace postern::config
