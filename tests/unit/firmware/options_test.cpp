// The command line: what each line of words asks for, or what is said to it.
#include "firmware/options.h"

#include <doctest.h>

#include "server/base/text.h"

using namespace postern;

namespace {

std::variant<Options, UsageAnswer> read(std::string_view line) {
    std::vector<std::string_view> words;
    if (!line.empty()) words = split(line, ' ');
    return read_options(words);
}

Options good(std::string_view line) {
    CAPTURE(std::string(line));
    const auto result = read(line);
    REQUIRE(std::holds_alternative<Options>(result));
    return std::get<Options>(result);
}

UsageAnswer answer(std::string_view line) {
    CAPTURE(std::string(line));
    const auto result = read(line);
    REQUIRE(std::holds_alternative<UsageAnswer>(result));
    return std::get<UsageAnswer>(result);
}

}  // namespace

TEST_CASE("serve is what happens without a command") {
    CHECK(good("").command == Command::kServe);
    CHECK(good("").config_file == "/etc/postern.ini");
    CHECK(good("-c a.ini").command == Command::kServe);
    CHECK(good("-c a.ini").config_file == "a.ini");
    CHECK(good("-v").verbose);
}

TEST_CASE("options may stand before and after the command") {
    for (const char* line : {"-c a.ini check --print", "check -c a.ini --print", "check --print --config a.ini",
                             "--print check --config=a.ini", "check --print -ca.ini"}) {
        const Options options = good(line);
        CHECK(options.command == Command::kCheck);
        CHECK(options.config_file == "a.ini");
        CHECK(options.print);
    }
}

TEST_CASE("names") {
    CHECK(good("status").names.empty());
    CHECK(good("status a b").names == std::vector<std::string>{"a", "b"});
    CHECK(good("status --json a").json);
    CHECK(good("check --preflight").preflight);
    CHECK(good("check --preflight --json").json);
    CHECK(good("check --probe").probe);
    CHECK(good("show a").names.size() == 1);
    CHECK(good("renew --force a b").force);
    CHECK(good("renew --dry-run").dry_run);
    CHECK(good("revoke a --reason keyCompromise --delete").reason == "keyCompromise");
    CHECK(good("revoke a --reason=superseded --delete").remove);
    CHECK(good("revoke a").reason == "unspecified");
    CHECK(good("delete a").command == Command::kDelete);
    CHECK(good("renew a -- --b").names == std::vector<std::string>{"a", "--b"});
    CHECK(good("init x.ini").names.size() == 1);
    CHECK(good("init").names.empty());
}

TEST_CASE("every other command") {
    CHECK(good("serve").command == Command::kServe);
    CHECK(good("reload").command == Command::kReload);
    CHECK(good("stop -v").command == Command::kStop);
    CHECK(good("notify --test").command == Command::kNotify);
    CHECK(good("notify --test").test);
    CHECK(good("version").command == Command::kVersion);
    CHECK(good("--version").command == Command::kVersion);
    CHECK(good("-V").command == Command::kVersion);
}

TEST_CASE("help is told, and is no failure") {
    for (const char* line : {"--help", "-h", "help", "-c x --help"}) {
        CHECK(answer(line).status == 0);
        CHECK(answer(line).text.find("\nUsage: postern [COMMAND]") != std::string::npos);
    }
    for (const char* command : {"serve", "check", "status", "show", "renew", "revoke", "delete", "reload", "stop", "init", "notify",
                                "version"}) {
        const std::string word(command);
        CHECK(answer("--help").text.find("\n  " + word) != std::string::npos);
        CHECK(answer(word + " --help").text.find("Usage: postern " + word) == 0);
        CHECK(answer(word + " -h").status == 0);
        CHECK(answer("help " + word).text == answer(word + " --help").text);
        CHECK(answer("--help " + word).text == answer(word + " --help").text);
    }
    CHECK(answer("status --help").text.find("--json") != std::string::npos);
    CHECK(answer("stop --help").text.find("--json") == std::string::npos);
}

TEST_CASE("a wrong word is told with the nearest right one, status 64") {
    struct Row {
        const char *line, *said;
    };
    constexpr Row kRows[] = {
        {"statsu", "postern: unknown command 'statsu'; did you mean 'status'?\nTry: postern --help\n"},
        {"renwe", "postern: unknown command 'renwe'; did you mean 'renew'?\nTry: postern --help\n"},
        {"stat", "postern: unknown command 'stat'; did you mean 'status'?\nTry: postern --help\n"},
        {"--conf=x", "postern: unknown option '--conf'; did you mean '--config'?\nTry: postern --help\n"},
        {"frobnicate", "postern: unknown command 'frobnicate'\nTry: postern --help\n"},
        {"backup a", "postern: 'backup' is known, but not in this version yet\nTry: postern --help\n"},
        {"revoke", "postern: 'revoke' needs a NAME [--reason R] [--delete]\nTry: postern revoke --help\n"},
        {"revoke a b", "postern: 'revoke' does not take 'b'\nTry: postern revoke --help\n"},
        {"delete a --delete", "postern: unknown option '--delete'\nTry: postern delete --help\n"},
        {"check --preflihgt", "postern: unknown option '--preflihgt'; did you mean '--preflight'?\nTry: postern check --help\n"},
        {"check --json", "postern: '--json' goes with --preflight\nTry: postern check --help\n"},
        {"check --preflight --probe", "postern: '--preflight' and '--probe' are two things: one at a time\nTry: postern check --help\n"},
        {"status --jsno", "postern: unknown option '--jsno'; did you mean '--json'?\nTry: postern status --help\n"},
        {"renew --focre a", "postern: unknown option '--focre'; did you mean '--force'?\nTry: postern renew --help\n"},
        {"status --force", "postern: unknown option '--force'\nTry: postern status --help\n"},
        {"--prnt", "postern: unknown option '--prnt'\nTry: postern --help\n"},
        {"show", "postern: 'show' needs a NAME\nTry: postern show --help\n"},
        {"notify", "postern: 'notify' needs --test\nTry: postern notify --help\n"},
        {"renew --test", "postern: unknown option '--test'\nTry: postern renew --help\n"},
        {"show a b", "postern: 'show' does not take 'b'\nTry: postern show --help\n"},
        {"check my.ini", "postern: 'check' does not take 'my.ini'; the configuration is named by -c FILE\nTry: postern check --help\n"},
        {"serve /etc/x", "postern: 'serve' does not take '/etc/x'; the configuration is named by -c FILE\nTry: postern serve --help\n"},
        {"check -c", "postern: '-c' needs a FILE\nTry: postern check --help\n"},
        {"check --config=", "postern: '--config' needs a FILE\nTry: postern check --help\n"},
        {"check --print=yes", "postern: '--print' takes no value\nTry: postern check --help\n"},
        {"\x1b[31m", "postern: unknown command '\\x1b[31m'\nTry: postern --help\n"},
    };
    for (const Row& row : kRows) {
        CHECK(answer(row.line).status == 64);
        CHECK(answer(row.line).text == row.said);
    }
}
