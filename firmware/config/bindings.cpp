#include "firmware/config/bindings.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "firmware/config/host_name.h"
#include "server/base/limits.h"
#include "server/base/text.h"

namespace postern::config {

namespace {

constexpr std::size_t kLongestState = 107 - sizeof "/control.sock" + 1;  // a unix socket's path has 107 bytes
constexpr std::size_t kMostNames = 100;                                 // in one certificate, by all public CAs
constexpr std::size_t kLongestProfile = 64;                             // real ones have a dozen letters
constexpr std::size_t kLongestCommonName = 200;                         // RFC 5280 allows 64; nobody is held to it
constexpr std::size_t kLongestKid = 256;                                // real ones have 22 to 64
constexpr std::size_t kCaFile = 1u << 20;                               // a whole system's trust anchors: 250 kB

constexpr std::array<std::string_view, 4> kLevels = {"error", "warn", "info", "debug"};  // as in LogLevel

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string without_slash(std::string_view path) {
    while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
    return std::string(path);
}

Result<bool> is_folder(FileSystem& files, const std::string& path) {
    TRY(FileInfo info, files.info(path));
    if (info.kind == FileInfo::Kind::kSymlink) {
        TRY(info, files.info(path + "/."));  // what it points to
    }
    return info.kind == FileInfo::Kind::kFolder;
}

using Words = std::vector<std::string_view>;

Result<void> take_word(std::string& into, std::string_view value, const Words& words) {
    if (std::find(words.begin(), words.end(), value) == words.end()) return not_valid(value, words);
    into = value;
    return {};
}

// One of the words, or a file by its absolute path: a mistyped word must not become a file.
Result<void> take_target(std::string& into, std::string_view value, const Words& words) {
    if (value.front() != '/') return take_word(into, value, words);
    if (value.back() == '/') return Error::admin(quoted(value) + " names a folder");
    into = value;
    return {};
}

}  // namespace

std::string full_path(std::string_view path, const Draft& draft) {
    return without_slash(path.front() == '/' ? std::string(path) : draft.folder + std::string(path));
}

Result<void> take_addresses(std::vector<net::Address>& into, std::string_view value) {
    into.clear();
    if (value == "off") return {};
    TRY(const auto items, parse_list(value));
    for (const std::string& item : items) {
        TRY(const net::Address address, parse_address(item));
        into.push_back(address);
    }
    return {};
}

Result<void> take_number(int& into, std::string_view value, int least, int most) {
    TRY(into, parse_number(value, least, most));
    return {};
}

Result<void> take_account(std::string& into, std::string_view value) {
    const bool fits = value.size() <= 32 && std::all_of(value.begin(), value.end(), [](char c) {
        return is_alpha(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
    });
    if (!fits || value.front() == '-') return not_valid(value);
    into = value;
    return {};
}

Result<void> take_state(std::string& into, std::string_view value) {
    if (value.front() != '/') return Error::admin(quoted(value) + " does not begin with '/'");
    into = without_slash(value);
    if (into == "/") return Error::admin("'/' is the whole system");
    if (into.size() > kLongestState)
        return Error::admin("the path is " + std::to_string(into.size()) + " bytes long, too long for the control socket in it");
    return {};
}

Result<void> take_log(std::string& into, std::string_view value) {
    return take_target(into, value, {"stderr", "syslog"});
}

Result<void> take_access_log(std::string& into, std::string_view value) {
    return take_target(into, value, {"off", "ring", "stderr", "syslog"});
}

Result<void> take_access_format(std::string& into, std::string_view value) {
    return take_word(into, value, {"combined", "json"});
}

// As acme/dns/resolv_conf takes it.
Result<void> take_resolver(std::string& into, std::string_view value) {
    const bool bare = net::is_ip_literal(value);
    if (value != "system" && !bare) {
        const auto address = net::Address::parse(value);
        if (!address.ok() || address->port() == 0) return not_valid(value, {"system"});
    }
    into = value;
    return {};
}

Result<void> take_level(LogLevel& into, std::string_view value) {
    const auto at = std::find(kLevels.begin(), kLevels.end(), value);
    if (at == kLevels.end()) return not_valid(value, {kLevels.begin(), kLevels.end()});
    into = static_cast<LogLevel>(at - kLevels.begin());
    return {};
}

std::string show_level(LogLevel level) { return std::string(kLevels[static_cast<std::size_t>(level)]); }

// Whether a word names a preset or a [ca NAME] is seen when the whole file is read.
Result<void> take_ca_list(std::vector<std::string>& into, std::string_view value) {
    TRY(into, parse_list(value));
    for (std::string& item : into) {
        if (item == "zerossl" || item == "google") return comes_later(item);
        if (item.find(':') == item.npos && item.find('/') == item.npos) continue;
        TRY(item, parse_ca_url(item));
    }
    return {};
}

Result<void> take_ca(std::string& into, std::string_view value) {
    std::vector<std::string> list;
    TRY_VOID(take_ca_list(list, value));
    into = list.front();
    return {};
}

Result<void> take_ca_url(std::string& into, std::string_view value) {
    TRY(into, parse_ca_url(value));
    return {};
}

Result<void> take_email(std::string& into, std::string_view value) {
    TRY(into, parse_email(value));
    return {};
}

Result<void> take_ca_file(std::string& into, std::string_view value, const Draft& draft) {
    const std::string path = full_path(value, draft);
    const auto text = draft.files->read(path, kCaFile);
    if (!text.ok()) return Error(text.error()).at("cannot be read");
    if (text->find("-----BEGIN CERTIFICATE-----") == text->npos)
        return Error::admin(path + " holds no certificate in PEM form");
    into = path;
    return {};
}

Result<void> take_root(std::string& into, std::string_view value, const Draft& draft) {
    if (has_suffix(value, ".zip")) return comes_later("a .zip file");
    const std::string path = full_path(value, draft);
    const auto folder = is_folder(*draft.files, path);
    if (!folder.ok() && folder.error().number() == ENOENT) return Error::admin(path + " does not exist");
    if (!folder.ok()) return Error(folder.error());
    if (!*folder) return Error::admin(path + " is no folder");
    into = path;
    return {};
}

Result<void> take_index(std::string& into, std::string_view value) {
    if (value.find('/') != value.npos) return Error::admin(quoted(value) + " holds a '/'");
    if (value.find_first_of(" ,") != value.npos) return Error::admin(quoted(value) + " is more than one file name");
    if (value.front() == '.') return Error::admin(quoted(value) + " is hidden: files that begin with a dot are never served");
    into = value;
    return {};
}

// Of two kinds a client can do one or the other; of one kind a second would never be chosen.
Result<void> take_key_types(std::vector<crypto::KeyType>& into, std::string_view value) {
    TRY(const auto items, parse_list(value));
    std::vector<crypto::KeyType> types;
    types.reserve(items.size());
    for (const std::string& item : items) {
        const auto type = crypto::key_type_from(item);
        if (!type) return not_valid(item, {"ec256", "ec384", "rsa2048", "rsa3072", "rsa4096"});
        types.push_back(*type);
    }
    const bool same_kind = types.size() == 2 && has_prefix(items[0], "rsa") == has_prefix(items[1], "rsa");
    if (types.size() > 2 || same_kind) return Error::admin("two keys must be of two kinds, one ec and one rsa");
    into = std::move(types);
    return {};
}

std::string show_key_types(const std::vector<crypto::KeyType>& types) {
    std::vector<std::string> names;
    names.reserve(types.size());
    for (const crypto::KeyType type : types) names.emplace_back(crypto::name_of(type));
    return join(names, ", ");
}

// The common name of a root, as the CA writes it.
Result<void> take_chain(std::string& into, std::string_view value) {
    if (value.size() > kLongestCommonName) return not_valid(value);
    into = value;
    return {};
}

Result<void> take_challenges(std::vector<std::string>& into, std::string_view value) {
    TRY(into, parse_list(value));
    for (const std::string& item : into) {
        if (item == "dns-01" || item == "dns-persist-01") return comes_later(item);
        if (!acme::challenge_type_from(item)) return not_valid(item, {"http-01", "tls-alpn-01", "dns-01", "dns-persist-01"});
    }
    return {};
}

Result<void> take_kid(std::string& into, std::string_view value) {
    const bool plain = value.size() <= kLongestKid && std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (!plain) return not_valid(value);
    into = value;
    return {};
}

Result<void> take_mac_key(SecretKey& into, std::string_view value) {
    TRY(into, parse_secret_key(value));
    return {};
}

Result<void> take_mac_key_file(SecretKey& into, std::string_view value, const Draft& draft) {
    TRY(into, read_secret_key(*draft.files, full_path(value, draft)));
    return {};
}

// What a CA calls them is its own affair; none has a space in it.
Result<void> take_profiles(std::vector<std::string>& into, std::string_view value) {
    TRY(into, parse_list(value));
    for (const std::string& item : into) {
        const bool plain = item.size() <= kLongestProfile && std::all_of(item.begin(), item.end(), [](char c) { return c > ' ' && c <= '~'; });
        if (!plain) return not_valid(item);
    }
    return {};
}

Result<void> take_renew_at(std::string& into, std::string_view value) {
    TRY_VOID(parse_renew_at(value));
    into = value;
    return {};
}

Result<void> take_hsts(std::string& into, std::string_view value) {
    if (value != "off" && value != "governed") TRY_VOID(parse_duration(value));
    into = value;
    return {};
}

Result<void> take_name(std::string& into, std::string_view value) {
    TRY(into, parse_site_name(value));
    return {};
}

Result<void> take_names(std::vector<std::string>& into, std::string_view value) {
    into.clear();
    TRY(const auto items, parse_list(value));
    for (const std::string& item : items) {
        TRY(std::string name, parse_site_name(item));
        if (std::find(into.begin(), into.end(), name) != into.end())
            return Error::admin(quoted(name) + " stands twice in the list");
        into.push_back(std::move(name));
    }
    if (into.size() > kMostNames) return Error::admin(std::to_string(into.size()) + " names are too many for one certificate");
    return {};
}

// What stands in them is judged when it is taken, and whenever it changes: a server does not stay down for a file that is broken.
Result<acme::CertFiles> take_pair(std::string_view item, const Draft& draft) {
    std::vector<std::string_view> words;
    for (const std::string_view word : split(item, ' '))
        if (!word.empty()) words.push_back(word);
    if (words.size() != 2) return Error::admin(quoted(item) + " is not the two files of a pair: CHAIN.pem KEY.pem");
    return acme::CertFiles{full_path(words[0], draft), full_path(words[1], draft)};
}

Result<void> take_certificate(CertSource& into, std::string_view value, const Draft& draft) {
    using Kind = CertSource::Kind;
    into = {};
    if (value == "local-ca") return comes_later(value);
    const bool files = value.find_first_of("/. ") != value.npos;
    if (!files && value != "acme" && value != "self-signed") return not_valid(value, {"acme", "self-signed"});
    into.kind = files ? Kind::kFiles : value == "acme" ? Kind::kAcme : Kind::kSelfSigned;
    if (!files) return {};
    TRY(const auto items, parse_list(value));
    if (items.size() > 2) return Error::admin("two pairs at most: one for each kind of key");
    for (const std::string& item : items) {
        TRY(acme::CertFiles pair, take_pair(item, draft));
        into.files.push_back(std::move(pair));
    }
    return {};
}

std::string show_certificate(const CertSource& source) {
    if (source.kind != CertSource::Kind::kFiles) return source.kind == CertSource::Kind::kAcme ? "acme" : "self-signed";
    std::vector<std::string> pairs;
    for (const acme::CertFiles& pair : source.files) pairs.push_back(pair.chain + " " + pair.key);
    return join(pairs, ", ");
}

}  // namespace postern::config
