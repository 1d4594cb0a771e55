#include "firmware/options.h"

#include <algorithm>
#include <array>

#include "firmware/config/config.h"
#include "server/base/text.h"

namespace postern {

namespace {

struct CommandRow {
    Command command;
    std::string_view word, arguments;
    std::size_t least_names, most_names;
    std::string_view summary, help;
};

constexpr std::size_t kAny = 1000;

constexpr auto kCommands = std::to_array<CommandRow>({
    {Command::kServe, "serve", "", 0, 0, "run the server in the foreground (what happens without a command)",
     "Binds the ports, drops to the configured user, serves the sites and keeps their certificates. Says 'ready' with its\n"
     "addresses when it accepts. SIGHUP or 'postern reload' reads the configuration again; SIGTERM or 'postern stop'\n"
     "lets open requests finish for up to 10 s.\n"
     "Exit status: 0 stopped, 2 the configuration is faulty, 1 anything else.\n"},
    {Command::kCheck, "check", "[--print] [--preflight [--json]] [--probe]", 0, 0, "read the configuration and tell every fault of it",
     "One line a fault: FILE:LINE: [section] key: what is wrong, what is allowed.\n"
     "--preflight tells what would spoil an order: names, ports 80 and 443, CAA, clock, state, trust, limits of the CA.\n"
     "--probe shows a page to open from outside, and who came to see it. Both use the running server, or the ports.\n"
     "Exit status: 0 no fault, 2 faulty, 1 it could not be looked at.\n"},
    {Command::kStatus, "status", "[--json] [NAME...]", 0, kAny, "the certificates: until when, from whom, what is next",
     "NAME is a certificate's name or one of its host names; without any, all are shown. Asks the running server; reads\n"
     "the state folder when none runs.\n"
     "Exit status: 0 all is well, 1 one needs attention, 3 nothing could be read.\n"},
    {Command::kShow, "show", "NAME", 1, 1, "one certificate in full",
     "Exit status: 0 it is well, 1 it needs attention, 3 it could not be read.\n"},
    {Command::kRenew, "renew", "[NAME...] [--force] [--dry-run]", 0, kAny, "renew what is due, and follow each step",
     "Asks the running server; works alone when none runs. Without NAME all that is due is renewed.\n"
     "Exit status: 0 a certificate is new, 2 none was due, 1 it failed, 78 the configuration is faulty.\n"},
    {Command::kRevoke, "revoke", "NAME [--reason R] [--delete]", 1, 1, "have a certificate revoked by its CA",
     "The next best certificate serves then: the one before it, or a self-signed one. Nothing is ordered for NAME before\n"
     "'postern renew --force NAME' or a change of its configuration. R is unspecified, keyCompromise, superseded or\n"
     "cessationOfOperation. Asks the running server; works alone when none runs.\n"
     "Exit status: 0 revoked, or revoked before, 1 it failed, 78 the configuration is faulty.\n"},
    {Command::kDelete, "delete", "NAME", 1, 1, "delete a certificate's files, without revoking it",
     "Works for what is no longer configured too. Nothing is ordered for NAME before 'postern renew --force NAME' or a\n"
     "change of its configuration.\n"
     "Exit status: 0 deleted, 1 it failed, 78 the configuration is faulty.\n"},
    {Command::kMonitor, "monitor", "[--warning W] [--critical C]", 0, 0, "a line for Nagios: what is really served, by SNI",
     "Asks the server's own HTTPS port for each configured name. W and C are what must be left of a certificate's life:\n"
     "a fraction (1/4) or days (20d); a certificate that is renewed in time never warns with the defaults.\n"
     "Exit status: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n"},
    {Command::kNotify, "notify", "--test", 0, 0, "send one test message by every configured way",
     "The ways are those of [notify]: webhook and mail. Says of each what happened. Needs no running server.\n"
     "Exit status: 0 all were taken, 1 one was not, 78 the configuration is faulty or names no way.\n"},
    {Command::kPasswd, "passwd", "[--print]", 0, 0, "set the password of the admin page",
     "Asks for it on a terminal; else reads one line. --print changes nothing: it prints what [admin] password_hash takes,\n"
     "on any computer. Works with a running server and without.\n"
     "Exit status: 0 done, 1 not, 78 the configuration is faulty.\n"},
    {Command::kReload, "reload", "", 0, 0, "let the running server read its configuration again",
     "A faulty configuration changes nothing; the faults are told.\n"
     "Exit status: 0 done, 2 the configuration is faulty, 1 anything else.\n"},
    {Command::kStop, "stop", "", 0, 0, "end the running server after its open requests",
     "Exit status: 0 it is stopping, 1 it could not be asked.\n"},
    {Command::kInit, "init", "[FILE]", 0, 1, "write an annotated sample configuration",
     "FILE is /etc/postern.ini unless given. An existing file is never overwritten.\n"
     "Exit status: 0 written, 1 not.\n"},
    {Command::kVersion, "version", "", 0, 0, "print the version", ""},
});

struct OptionRow {
    std::string_view word, letter, value;
    bool (*fits)(Command);
    void (*apply)(Options&, std::string_view value);
    std::string_view help;
};

constexpr bool is_for_all(Command) { return true; }
template <Command kOnly>
constexpr bool is_for(Command command) {
    return command == kOnly;
}

constexpr bool has_print(Command command) { return command == Command::kCheck || command == Command::kPasswd; }
constexpr bool has_json(Command command) { return command == Command::kStatus || command == Command::kCheck; }

constexpr auto kOptions = std::to_array<OptionRow>({
    {"--config", "-c", "FILE", is_for_all, [](Options& o, std::string_view value) { o.config_file = value; },
     "the configuration; /etc/postern.ini unless given"},
    {"--verbose", "-v", "", is_for_all, [](Options& o, std::string_view) { o.verbose = true; }, "say what is being done"},
    {"--print", "", "", has_print, [](Options& o, std::string_view) { o.print = true; },
     "print what is in effect, every default filled in; the hash, for passwd"},
    {"--preflight", "", "", is_for<Command::kCheck>, [](Options& o, std::string_view) { o.preflight = true; },
     "look at what an order needs, for up to a minute"},
    {"--probe", "", "", is_for<Command::kCheck>, [](Options& o, std::string_view) { o.probe = true; },
     "show a page for ten minutes, to try from a phone"},
    {"--json", "", "", has_json, [](Options& o, std::string_view) { o.json = true; },
     "print the answer as JSON"},
    {"--test", "", "", is_for<Command::kNotify>, [](Options& o, std::string_view) { o.test = true; },
     "send it; there is nothing else that this command does"},
    {"--force", "", "", is_for<Command::kRenew>, [](Options& o, std::string_view) { o.force = true; },
     "renew although nothing is due (the CA counts each certificate)"},
    {"--dry-run", "", "", is_for<Command::kRenew>, [](Options& o, std::string_view) { o.dry_run = true; },
     "order at the CA's staging directory, where it has one, and keep nothing"},
    {"--reason", "", "R", is_for<Command::kRevoke>, [](Options& o, std::string_view value) { o.reason = value; },
     "why; unspecified unless given"},
    {"--delete", "", "", is_for<Command::kRevoke>, [](Options& o, std::string_view) { o.remove = true; },
     "delete its files too"},
    {"--warning", "-w", "W", is_for<Command::kMonitor>, [](Options& o, std::string_view value) { o.warning = value; },
     "warn when less is left; 1/4 unless given"},
    {"--critical", "", "C", is_for<Command::kMonitor>, [](Options& o, std::string_view value) { o.critical = value; },
     "alarm when less is left; 1/8 unless given"},
});

// What the contract promises for a later version: better told so than taken for a typing error, or ignored.
constexpr auto kLaterWords = std::to_array<std::string_view>(
    {"account", "import", "backup", "restore", "--sbom"});

bool is_later(std::string_view word) { return std::find(kLaterWords.begin(), kLaterWords.end(), word) != kLaterWords.end(); }

std::string padded(std::string_view text, std::size_t width) {
    return std::string(text) + std::string(text.size() < width ? width - text.size() : 1, ' ');
}

std::string option_lines(Command command) {
    std::string out = "\nOptions:\n";
    for (const OptionRow& row : kOptions) {
        if (!row.fits(command)) continue;
        std::string words = row.letter.empty() ? "    " : std::string(row.letter) + ", ";
        words += std::string(row.word) + (row.value.empty() ? "" : " " + std::string(row.value));
        out += "  " + padded(words, 20) + std::string(row.help) + "\n";
    }
    return out + "  -h, --help          print this\n";
}

std::string general_help() {
    std::string out = "Postern: an HTTPS server that gets and renews its certificates by itself.\n\n"
                      "Usage: postern [COMMAND] [-c FILE] [-v]\n\nCommands:\n";
    for (const CommandRow& row : kCommands) out += "  " + padded(row.word, 9) + std::string(row.summary) + "\n";
    return out + option_lines(Command::kServe) +
           "\n'postern COMMAND --help' says more. A first configuration: postern init\n";
}

std::string help_of(const CommandRow& row) {
    std::string out = "Usage: postern " + std::string(row.word);
    if (!row.arguments.empty()) out += " " + std::string(row.arguments);
    return out + "\n\n" + std::string(row.summary) + "\n" + (row.help.empty() ? "" : "\n" + std::string(row.help)) +
           option_lines(row.command);
}

UsageAnswer wrong(std::string text, const CommandRow* row) {
    const std::string command = row == nullptr ? "" : " " + std::string(row->word);
    return {kExitWrongUsage, "postern: " + std::move(text) + "\nTry: postern" + command + " --help\n"};
}

const CommandRow* find_command(std::string_view word) {
    const auto at = std::find_if(kCommands.begin(), kCommands.end(), [&](const CommandRow& row) { return row.word == word; });
    return at == kCommands.end() ? nullptr : &*at;
}

std::string quoted(std::string_view word) { return "'" + printable(word, 60) + "'"; }

std::string about_word(std::string_view word, std::string_view what, const std::vector<std::string_view>& candidates) {
    if (is_later(word)) return quoted(word) + " is known, but not in this version yet";
    std::string_view near = nearest(word, candidates);
    for (const std::string_view each : candidates) {
        if (near.empty() && word.size() >= 3 && has_prefix(each, word)) near = each;  // "stat", "--conf"
    }
    std::string text = "unknown " + std::string(what) + " " + quoted(word);
    return near.empty() ? text : text + "; did you mean '" + std::string(near) + "'?";
}

// One pass over the words. `row_` is serve until a command is seen.
class Parser {
public:
    explicit Parser(std::span<const std::string_view> words) : words_(words) { options_.config_file = config::kDefaultFile; }

    std::variant<Options, UsageAnswer> parse() {
        find_command_word();
        while (at_ < words_.size() && !answer_) take(words_[at_++]);
        if (!answer_) check_names();
        if (!answer_) check_together();
        if (answer_) return *answer_;
        return options_;
    }

private:
    // The command first, because it decides which options there are: "postern --force renew" is fine.
    void find_command_word() {
        for (std::size_t i = 0; i < words_.size(); ++i) {
            if (words_[i] == "-c" || words_[i] == "--config") ++i;
            else if (words_[i].empty() || words_[i].front() != '-') return set_command(i);
        }
    }

    void set_command(std::size_t at) {
        command_at_ = at;
        const std::string_view word = words_[at];
        if (word == "help") return set_help(at + 1 < words_.size() ? find_command(words_[at + 1]) : nullptr);
        const CommandRow* row = find_command(word);
        if (row != nullptr) {
            row_ = row;
            options_.command = row->command;
            return;
        }
        std::vector<std::string_view> candidates;
        candidates.reserve(kCommands.size());
        for (const CommandRow& each : kCommands) candidates.push_back(each.word);
        answer_ = wrong(about_word(word, "command", candidates), nullptr);
    }

    void set_help(const CommandRow* row) { answer_ = UsageAnswer{0, row == nullptr ? general_help() : help_of(*row)}; }

    void take(std::string_view word) {
        if (at_ - 1 == command_at_) return;
        if (only_names_ || word.empty() || word.front() != '-') return options_.names.emplace_back(word), void();
        if (word == "--") return void(only_names_ = true);
        if (word == "-h" || word == "--help") return set_help(row_);
        if (word == "-V" || word == "--version") return void(options_.command = Command::kVersion);
        take_option(word);
    }

    void take_option(std::string_view word) {
        if (has_prefix(word, "-c") && word.size() > 2) return void(options_.config_file = word.substr(2));  // -cFILE
        const auto equals = word.find('=');
        const std::string_view name = word.substr(0, equals);
        const Command command = options_.command;
        const auto row = std::find_if(kOptions.begin(), kOptions.end(), [&](const OptionRow& each) {
            return each.fits(command) && (each.word == name || (!each.letter.empty() && each.letter == name));
        });
        if (row == kOptions.end()) return refuse_option(name);
        if (row->value.empty()) {
            if (equals != word.npos) answer_ = wrong(quoted(name) + " takes no value", row_);
            return row->apply(options_, {});
        }
        std::string_view value = equals == word.npos ? std::string_view() : word.substr(equals + 1);
        if (equals == word.npos && at_ < words_.size()) value = words_[at_++];
        if (value.empty()) answer_ = wrong(quoted(name) + " needs a " + std::string(row->value), row_);
        row->apply(options_, value);
    }

    void refuse_option(std::string_view name) {
        std::vector<std::string_view> candidates = {"--help"};
        for (const OptionRow& each : kOptions) {
            if (each.fits(options_.command)) candidates.push_back(each.word);
        }
        answer_ = wrong(about_word(name, "option", candidates), row_);
    }

    void check_together() {
        if (options_.command != Command::kCheck) return;
        if (options_.json && !options_.preflight) answer_ = wrong("'--json' goes with --preflight", row_);
        if (options_.preflight && options_.probe) answer_ = wrong("'--preflight' and '--probe' are two things: one at a time", row_);
    }

    void check_names() {
        const CommandRow& row = row_ == nullptr ? kCommands.front() : *row_;
        const std::size_t count = options_.names.size();
        if (count < row.least_names) answer_ = wrong("'" + std::string(row.word) + "' needs a " + std::string(row.arguments), &row);
        if (options_.command == Command::kNotify && !options_.test) answer_ = wrong("'notify' needs --test", &row);
        if (count <= row.most_names) return;
        const std::string& extra = options_.names[row.most_names];
        const bool file = extra.find('/') != extra.npos || has_suffix(extra, ".ini");
        answer_ = wrong("'" + std::string(row.word) + "' does not take " + quoted(extra) +
                            (file ? "; the configuration is named by -c FILE" : ""), &row);
    }

    std::span<const std::string_view> words_;
    std::size_t at_ = 0;
    std::size_t command_at_ = static_cast<std::size_t>(-1);
    bool only_names_ = false;
    const CommandRow* row_ = nullptr;
    Options options_;
    std::optional<UsageAnswer> answer_;
};

}  // namespace

std::variant<Options, UsageAnswer> read_options(std::span<const std::string_view> words) { return Parser(words).parse(); }

}  // namespace postern
