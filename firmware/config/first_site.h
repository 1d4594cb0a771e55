// The first certificate of a device whose configuration asks no CA for one yet: which site it is for, and the few lines that
// ask for it. Text in, text out; no key but those few is touched. Used by the admin page's first start.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/config/config.h"
#include "firmware/config/ini_edit.h"

namespace postern::config {

// More than a CA takes in one order.
inline constexpr std::size_t kMostFirstNames = 100;

struct FirstSite {
    bool open = false;               // nothing is asked of a CA yet, or by one site alone
    bool asks = false;               // by that one
    std::string section;             // "site NAME" of the site that it will be; empty: a new one
    std::vector<std::string> names;  // that it has; not those of the sample
    std::string ca, email;           // as written, for that site; the default where nothing is
};

// Of a text that need not be free of faults.
FirstSite look_for_first_site(std::string_view text);

// Where a CA keeps its terms of service, for those that we know by name; empty: its directory tells.
std::string_view terms_of(std::string_view ca);
// What may be chosen in place of `ca`, itself included; none for a CA of one's own.
std::vector<std::string> choices_beside(std::string_view ca);

struct FirstWish {
    std::vector<std::string> names;  // as read_first_names() gives them
    std::string email;               // empty: what the file says stays
    std::string ca;                  // one of choices_beside(); empty: what the file says stays
};

struct FirstEdit {
    std::string text;
    std::string certificate;         // the folder live/NAME
    std::vector<IniChange> changes;
    struct Lines {
        std::string where;           // "[acme]", "[site example.org]", "the end of the file"
        std::vector<std::string> lines;
    };
    std::vector<Lines> by_hand;      // the same for somebody who writes it himself
};

// The text with what the wish needs: names, certificate = acme, agree_tos = yes, e-mail, and the profile that an IP address
// needs at Let's Encrypt. The caller has asked for the consent, and checks the text as a whole.
FirstEdit write_first_site(std::string_view text, const FirstWish& wish);

// The names in lower case and canonical form, each once, or a fault (key "names") for each that cannot be one.
struct FirstNames {
    std::vector<std::string> names;
    std::vector<Fault> faults;
};
FirstNames read_first_names(const std::vector<std::string>& texts);

}  // namespace postern::config
