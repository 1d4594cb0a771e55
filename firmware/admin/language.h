// The words of the admin page in the languages that it speaks: www/admin/words/TAG.json, one text a key, with {slots}.
// tools/check_words keeps the files alike, and so plain that a text can be used where it lies in the program. Knows nothing
// of certificates.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/admin/html_template.h"

namespace postern::http {
struct Request;
}

namespace postern::admin {

class Words {
public:
    using Slot = std::pair<std::string_view, std::string_view>;

    // Those of "en" or "ja"; English for any other tag. Read once, and kept as long as the program runs.
    static const Words& in(std::string_view language);

    std::string_view language() const { return language_; }
    // The text of `key` with its {slots} filled, not escaped; the key itself when there is none, as in a test that misspells.
    std::string say(std::string_view key, std::initializer_list<Slot> slots = {}) const;
    // `key`.one or `key`.other, with {n}.
    std::string count(std::string_view key, long long n) const;
    bool has(std::string_view key) const { return find(key).has_value(); }
    // All of them for a template: {{w.KEY}}.
    TextSource source() const;

private:
    explicit Words(std::string_view language);
    std::optional<std::string_view> find(std::string_view key) const;

    std::string_view language_;
    std::vector<std::pair<std::string_view, std::string_view>> texts_;  // by key
};

// The language that a request asks for: ?lang=TAG, else the cookie "lang", else the
// first of Accept-Language that we speak (RFC 9110 section 12.5.4), else English.
std::string_view language_of(const http::Request& request);

}  // namespace postern::admin
