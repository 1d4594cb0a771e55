// What a look before the first order has found: plain values, for the terminal, the log, the status and the API. Made by
// the judges of this folder; knows no wire and no screen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::acme::preflight {

enum class Level : unsigned char {
    kOk,
    kNote,     // cannot be told from here, or good to know
    kWarning,  // may cost a certificate or a visitor
    kFault,    // an order would fail
};

std::string_view name_of(Level level);  // "ok" "note" "warning" "fault"

// Lines to copy into a shell, for one kind of system.
struct Paste {
    std::string where;  // "OpenWrt", "nftables"
    std::vector<std::string> lines;
};

struct Finding {
    std::string check;  // "dns" "name" "port" "caa" "clock" "state" "ca" "limits" "time": short, stable
    Level level = Level::kOk;
    std::string about;   // a name, "port 80 of 192.0.2.1", a path
    std::string seen;    // what was seen: a sentence or two
    std::string result;  // what the CA, or a visitor, will do; empty where nothing follows
    std::string change;  // the exact change to make; empty where none is needed
    std::vector<Paste> paste{};
};

Level worst_of(const std::vector<Finding>& findings);  // kOk of none

// The change on one line, with what is to be pasted if that is one line too.
std::string remedy_of(const Finding& finding);

// "port 80 of 192.0.2.1: SEEN RESULT To do: CHANGE": for the log and the status.
std::string sentence_of(const Finding& finding);

}  // namespace postern::acme::preflight
