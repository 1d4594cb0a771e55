#include "firmware/access/htpasswd.h"

#include <algorithm>
#include <map>

#include "firmware/access/crypt_hash.h"
#include "server/base/text.h"

namespace postern::access {

namespace {

constexpr std::size_t kLongestName = 128;
constexpr std::size_t kFaultsTold = 10;

struct Line {
    std::string_view name, hash;
};

Result<Line> read_line(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == text.npos) return Error::admin("no ':' between a name and a hash");
    const std::string_view name = text.substr(0, colon), rest = text.substr(colon + 1);
    const bool odd = std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
    if (name.empty() || name.size() > kLongestName || odd) return Error::admin("the name is not valid; allowed: 1 to 128 bytes of text");
    const Line line{name, rest.substr(0, rest.find(':'))};
    if (auto good = check_crypt_hash(line.hash); !good) return Error::admin("'" + printable(name, 40) + "': " + good.error().text());
    return line;
}

}  // namespace

Result<Users> Users::parse(std::string_view text) {
    Users users;
    std::map<std::string_view, std::size_t> lines;
    std::string faults;
    std::size_t number = 0, found = 0;
    const auto fault = [&](const std::string& what) {
        if (++found <= kFaultsTold) faults += (faults.empty() ? "line " : "; line ") + std::to_string(number) + ": " + what;
    };
    while (!text.empty()) {
        std::string_view one = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(one.size() + 1, text.size()));
        ++number;
        if (has_suffix(one, "\r")) one.remove_suffix(1);
        if (trim(one).empty() || one.front() == '#') continue;
        auto line = read_line(one);
        if (!line) {
            fault(line.error().text());
            continue;
        }
        const auto [earlier, fresh] = lines.emplace(line->name, number);
        if (!fresh) fault("'" + printable(line->name, 40) + "' stands in line " + std::to_string(earlier->second) + " already");
        else users.all_.push_back({std::string(line->name), Secret(std::string(line->hash))});
    }
    if (found > kFaultsTold) faults += "; and " + std::to_string(found - kFaultsTold) + " more";
    if (found > 0) return Error::admin(faults);
    if (users.all_.empty()) return Error::admin("there is no user in it; make one: htpasswd -B FILE NAME");
    std::sort(users.all_.begin(), users.all_.end(), [](const User& a, const User& b) { return a.name < b.name; });
    return users;
}

const Users::User* Users::find(std::string_view name) const {
    const auto at = std::lower_bound(all_.begin(), all_.end(), name, [](const User& user, std::string_view wanted) { return user.name < wanted; });
    return at != all_.end() && at->name == name ? &*at : nullptr;
}

}  // namespace postern::access
