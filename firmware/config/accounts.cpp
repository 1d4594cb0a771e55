#include "firmware/config/accounts.h"

#include <optional>
#include <vector>

#include "server/base/text.h"

namespace postern::config {

namespace {

constexpr std::size_t kAccountFile = 4u << 20;   // thousands of users; more belongs into a directory service
constexpr std::uint64_t kMostId = 0xfffffffe;    // the kernel keeps -1 for "no change"

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::optional<std::uint32_t> parse_id(std::string_view text) {
    const auto number = parse_decimal(text);
    if (!number || *number > kMostId) return std::nullopt;
    return static_cast<std::uint32_t>(*number);
}

// The fields of the line whose field `by` is `wanted`; empty when there is none. Views point into `text`.
std::vector<std::string_view> find_line(std::string_view text, std::size_t by, std::string_view wanted) {
    for (const std::string_view line : split(text, '\n')) {
        auto fields = split(line, ':');
        if (fields.size() > by && fields[by] == wanted) return fields;
    }
    return {};
}

Result<std::uint32_t> find_group(FileSystem& files, std::string_view group) {
    if (const auto id = parse_id(group)) return *id;
    TRY(const std::string text, files.read("/etc/group", kAccountFile));
    const auto fields = find_line(text, 0, group);
    const auto id = parse_id(fields.size() >= 3 ? fields[2] : "");
    if (!id) return Error::admin("there is no group " + quoted(group) + "; make it: groupadd --system " + std::string(group));
    return *id;
}

// uid:gid of a user by name, or by a number that has an entry.
Result<Identity> find_user(FileSystem& files, std::string_view user, bool has_group) {
    const auto number = parse_id(user);
    if (number && has_group) return Identity{*number, 0};
    TRY(const std::string text, files.read("/etc/passwd", kAccountFile));
    const auto fields = find_line(text, number ? 2 : 0, user);
    const auto uid = parse_id(fields.size() >= 4 ? fields[2] : "");
    const auto gid = parse_id(fields.size() >= 4 ? fields[3] : "");
    if (uid && gid) return Identity{*uid, *gid};
    if (number) return Error::admin("there is no user with the number " + std::string(user) + "; set group as well");
    return Error::admin("there is no user " + quoted(user) + "; make it: useradd --system --user-group --no-create-home " +
                        "--shell /usr/sbin/nologin " + std::string(user));
}

}  // namespace

Result<Identity> find_identity(FileSystem& files, std::string_view user, std::string_view group) {
    TRY(Identity identity, find_user(files, user, !group.empty()));
    if (!group.empty()) {
        TRY(identity.gid, find_group(files, group));
    }
    if (identity.uid == 0 || identity.gid == 0)
        return Error::admin(quoted(user) + " is root, or of root's group; name a user without privileges, such as postern");
    return identity;
}

}  // namespace postern::config
