// The users of a site, from a file as htpasswd writes it: NAME:HASH, one a line; what stands behind another ':' is a remark.
// Checked whole when the configuration is read. Never changed afterwards.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.h"
#include "server/base/secret.h"

namespace postern::access {

inline constexpr std::size_t kLongestUserFile = 262144;  // some three thousand users

class Users {
public:
    // kAdmin, with every fault and its line, but for many of them: it names users, never a hash.
    static Result<Users> parse(std::string_view text);

    struct User {
        std::string name;
        Secret hash;
    };
    const User* find(std::string_view name) const;
    const std::vector<User>& all() const { return all_; }  // never empty

private:
    std::vector<User> all_;  // by name
};

}  // namespace postern::access
