#include "firmware/config/secret_key.h"

#include <algorithm>

#include "server/base/base64url.h"
#include "server/base/text.h"

namespace postern::config {

static constexpr std::size_t kSecretFile = 4096;  // real ones have 44 to 90 bytes

// Some CAs print plain base64 with its padding.
Result<SecretKey> parse_secret_key(std::string_view text) {
    std::string plain(text.substr(0, text.find_last_not_of('=') + 1));
    std::replace(plain.begin(), plain.end(), '+', '-');
    std::replace(plain.begin(), plain.end(), '/', '_');
    auto bytes = base64url_decode(plain);
    wipe(plain.data(), plain.size());
    if (!bytes || bytes->empty()) return Error::admin("is no key in base64url");
    return SecretKey{std::make_shared<const Secret>(std::move(*bytes)), ""};
}

Result<SecretKey> read_secret_key(FileSystem& files, const std::string& path) {
    auto text = files.read(path, kSecretFile);
    if (!text.ok()) return Error(text.error()).at("cannot be read");
    const Secret secret(std::move(*text));
    const std::string_view line = secret.view().substr(0, secret.view().find_first_of("\r\n"));
    if (secret.view().find_first_not_of("\r\n", line.size()) != line.npos) return Error::admin(path + " holds more than one line");
    auto key = parse_secret_key(trim(line));
    if (!key.ok()) return std::move(key).error().at(path);
    key->file = path;
    return key;
}

std::string show_secret_key(const SecretKey& key) { return key.bytes && key.file.empty() ? "********" : ""; }

}  // namespace postern::config
