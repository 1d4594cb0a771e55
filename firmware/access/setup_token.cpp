#include "firmware/access/setup_token.h"

#include <array>
#include <cerrno>
#include <optional>

#include "server/base/text.h"

namespace postern::access {

namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // Crockford's base32: no I, L, O, U
constexpr std::size_t kSymbols = 30, kGroup = 5;
constexpr std::uint32_t kMode = 0600;

// The one form of all spellings; nothing if there is anything else than letters and digits in it.
std::optional<Secret> symbols_of(std::string_view text) {
    if (text.size() > SetupToken::kMostBytes) return std::nullopt;
    std::string symbols;
    symbols.reserve(SetupToken::kMostBytes);  // grown it would leave copies behind
    bool good = true;
    for (const char c : text) {
        if (c == '-' || c == ' ' || c == '\n' || c == '\r') continue;
        const char letter = is_alpha(c) ? static_cast<char>(c & ~0x20) : c;
        good = good && (is_alpha(c) || is_digit(c));
        symbols += letter == 'O' ? '0' : letter == 'I' || letter == 'L' ? '1' : letter;
    }
    Secret secret(std::move(symbols));
    if (!good) return std::nullopt;
    return secret;
}

// Five bits a symbol: of 32 each is as likely.
std::string random_text(Random& random) {
    std::array<unsigned char, kSymbols> bytes{};
    random.fill(bytes);
    std::string text;
    text.reserve(kSymbols + kSymbols / kGroup);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i > 0 && i % kGroup == 0) text += '-';
        text += kAlphabet[bytes[i] % kAlphabet.size()];
    }
    wipe(bytes.data(), bytes.size());
    return text;
}

// The file's, unless it is none of ours, or others may have read it. Errors: the disk's.
Result<std::optional<Secret>> read_file(FileSystem& files, const std::string& path) {
    const auto info = files.info(path);
    if (!info.ok() && info.error().number() == ENOENT) return std::optional<Secret>();
    if (!info.ok()) return info.error();
    const bool ours = info->kind == FileInfo::Kind::kFile && (info->mode & 077) == 0 && info->size <= SetupToken::kMostBytes;
    if (!ours) return std::optional<Secret>();
    TRY(std::string text, files.read(path, SetupToken::kMostBytes));
    const Secret kept(std::move(text));
    auto symbols = symbols_of(kept.view());
    if (!symbols || symbols->view().size() != kSymbols) return std::optional<Secret>();
    return symbols;
}

}  // namespace

Result<SetupToken> SetupToken::read_or_make(FileSystem& files, const std::string& state, Random& random) {
    const std::string path = path_in(state);
    TRY(auto kept, read_file(files, path));
    if (kept) return SetupToken(std::move(*kept), true);
    const Secret text(random_text(random) + "\n");
    TRY_VOID(files.atomic_write(path, text.view(), kMode));
    return SetupToken(std::move(*symbols_of(text.view())), true);
}

Result<SetupToken> SetupToken::parse(std::string_view written) {
    auto symbols = symbols_of(written);
    if (!symbols || symbols->view().size() < kFewestSymbols)
        return Error::admin("a set-up token has 16 to 128 letters and digits, best random ones; hyphens and spaces may stand between them");
    return SetupToken(std::move(*symbols), false);
}

Result<void> SetupToken::discard(FileSystem& files, const std::string& state) {
    const auto removed = files.remove_file(path_in(state));
    if (!removed.ok() && removed.error().number() == ENOENT) return {};
    if (!removed.ok()) return removed.error();
    return files.sync_folder(state);
}

bool SetupToken::matches(std::string_view typed) const {
    const auto symbols = symbols_of(typed);
    return symbols && equal_constant_time(symbols->view(), symbols_.view());
}

}  // namespace postern::access
