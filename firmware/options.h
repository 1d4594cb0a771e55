// What the command line asks for. Pure: words in, a decision out; main acts on it. Knows what each subcommand takes, not
// how it works.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace postern {

// The exit statuses that the contract promises, beside those with a meaning of their own in one command.
inline constexpr int kExitWrongUsage = 64;   // EX_USAGE of sysexits.h
inline constexpr int kExitBadConfig = 78;    // EX_CONFIG, where 2 means something else

enum class Command : unsigned char {
    kServe, kCheck, kStatus, kShow, kRenew, kReload, kStop, kInit, kVersion, kMonitor, kNotify, kRevoke, kDelete, kPasswd
};

struct Options {
    Command command = Command::kServe;
    std::string config_file;         // the default where -c is not given
    std::vector<std::string> names;  // of certificates; of the file to write for `init`
    bool verbose = false;            // -v
    bool print = false;              // check --print, passwd --print
    bool preflight = false;          // check --preflight
    bool probe = false;              // check --probe
    bool json = false;               // status --json, check --preflight --json
    bool test = false;               // notify --test
    bool force = false;              // renew --force
    bool dry_run = false;            // renew --dry-run
    std::string reason = "unspecified";  // revoke --reason
    bool remove = false;             // revoke --delete
    std::string warning = "1/4";     // monitor --warning: of the life left, or days ("20d")
    std::string critical = "1/8";    // monitor --critical
};

// Help that was asked for, or what is wrong with the words: to print instead of doing anything.
struct UsageAnswer {
    int status = 0;  // 0: to standard output; else to standard error
    std::string text;
};

// `words` without the program's name.
std::variant<Options, UsageAnswer> read_options(std::span<const std::string_view> words);

}  // namespace postern
