#include "firmware/access/password_rules.h"

#include <algorithm>
#include <optional>

#include "firmware/access/common_passwords.h"
#include "server/base/secret.h"
#include "server/base/text.h"
#include "server/crypto/hash.h"

namespace postern::access {

namespace {

constexpr std::size_t kLongestTail = 4;  // "2024", "123!": what is put behind a word to please a rule
constexpr std::string_view kOwnName = "postern";

// Takes the next code point off the front; nothing unless it is well-formed (RFC 3629 section 4).
std::optional<std::uint32_t> take_code_point(std::string_view& text) {
    struct Form {
        std::size_t size;
        std::uint32_t least;  // smaller ones have a shorter form
        unsigned char mask, mark;
    };
    static constexpr Form kForms[] = {{1, 0, 0x80, 0x00}, {2, 0x80, 0xe0, 0xc0}, {3, 0x800, 0xf0, 0xe0}, {4, 0x10000, 0xf8, 0xf0}};
    const auto first = static_cast<unsigned char>(text.front());
    const auto* form = std::find_if(std::begin(kForms), std::end(kForms), [&](const Form& one) { return (first & one.mask) == one.mark; });
    if (form == std::end(kForms) || text.size() < form->size) return std::nullopt;
    std::uint32_t point = first & static_cast<unsigned char>(~form->mask);
    for (const char c : text.substr(1, form->size - 1)) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xc0) != 0x80) return std::nullopt;
        point = point << 6 | (byte & 0x3f);
    }
    text.remove_prefix(form->size);
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    if (point < form->least || surrogate || point > 0x10ffff) return std::nullopt;
    return point;
}

bool is_control(std::uint32_t point) { return point < 0x20 || (point >= 0x7f && point < 0xa0); }

Result<void> check_characters(std::string_view password) {
    if (password.size() > kMostPasswordBytes) return Error::refuse("The password is too long; at most 128 characters are taken.");
    std::size_t count = 0;
    for (std::string_view left = password; !left.empty(); ++count) {
        const auto point = take_code_point(left);
        if (!point) return Error::refuse("The password is not valid text (UTF-8); please type it anew.");
        if (is_control(*point)) return Error::refuse("The password holds a control character, such as a tab or the end of a line; leave it out.");
    }
    if (count < kFewestCharacters)
        return Error::refuse("The password is too short; it needs at least 8 characters. A few words are easy to keep in mind.");
    if (count > kMostCharacters) return Error::refuse("The password is too long; at most 128 characters are taken.");
    return {};
}

bool is_common(std::string_view folded) {
    const Secret hash(crypto::sha256(folded));
    std::uint32_t mark = 0;
    for (const char c : hash.view().substr(0, 4)) mark = mark << 8 | static_cast<unsigned char>(c);
    const auto all = common_passwords();
    return std::binary_search(all.begin(), all.end(), mark);
}

bool is_digit_or_sign(char c) { return c > ' ' && c < 0x7f && !is_alpha(c); }

// Of the password itself, and of it without each tail.
template <typename Test>
bool any_stem(std::string_view folded, Test test) {
    for (std::size_t tail = 0; tail <= kLongestTail && !folded.empty(); ++tail) {
        if (test(folded)) return true;
        if (!is_digit_or_sign(folded.back())) return false;
        folded.remove_suffix(1);
    }
    return false;
}

bool is_name(std::string_view folded, const std::vector<std::string>& names) {
    if (folded == kOwnName) return true;
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
        return equal_no_case(folded, name) || equal_no_case(folded, name.substr(0, name.find('.')));
    });
}

}  // namespace

Result<void> check_new_password(std::string_view password, const std::vector<std::string>& own_names) {
    TRY_VOID(check_characters(password));
    const Secret folded(lower(password));
    if (any_stem(folded.view(), is_common))
        return Error::refuse("This password is among those that are tried first; choose another. A few words that nobody else puts together are good.");
    if (any_stem(folded.view(), [&](std::string_view stem) { return is_name(stem, own_names); }))
        return Error::refuse("This password is a name of this device or of a user on it, which is tried first; choose another.");
    return {};
}

}  // namespace postern::access
