// `passwd`: a new password for the admin page, by who may write the state; --print: its hash for the configuration.
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "acme/store/lock.h"
#include "firmware/access/account_file.h"
#include "firmware/access/password_rules.h"
#include "firmware/access/setup_token.h"
#include "firmware/admin/client_json.h"
#include "firmware/commands.h"
#include "firmware/console.h"
#include "firmware/door.h"
#include "firmware/notify/words.h"
#include "firmware/state_owner.h"

namespace postern {

namespace {

// What is typed does not show for as long as this lives.
class Unseen {
public:
    Unseen() {
        if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        changed_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
    }
    ~Unseen() {
        if (changed_) (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    Unseen(const Unseen&) = delete;
    Unseen& operator=(const Unseen&) = delete;

private:
    termios before_{};
    bool changed_ = false;
};

// One line; nothing at the end of the input, or when it is longer than any password.
std::optional<Secret> read_line() {
    std::string line;
    line.reserve(access::kMostPasswordBytes + 2);  // so that no copy is left behind
    for (;;) {
        char c = 0;
        const ssize_t n = ::read(STDIN_FILENO, &c, 1);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0 && line.empty()) return std::nullopt;
        if (n <= 0 || c == '\n') break;
        line += c;
        if (line.size() > access::kMostPasswordBytes) return std::nullopt;
    }
    return Secret(std::move(line));
}

std::optional<Secret> ask(std::string_view prompt) {
    const Unseen unseen;
    print_error(prompt);
    auto line = read_line();
    print_error("\n");
    return line;
}

// From a terminal twice, else one line.
std::optional<Secret> new_password() {
    if (isatty(STDIN_FILENO) == 0) return read_line();
    auto first = ask("New password for the admin page: ");
    if (!first) return first;
    auto again = ask("Once more: ");
    if (again && equal_constant_time(first->view(), again->view())) return first;
    complain("the two are not the same; nothing was changed");
    return std::nullopt;
}

Result<void> set_alone(const config::ServerSection& server, const Secret& password) {
    SystemFiles files;
    TRY_VOID(prepare_state(files, server));
    TRY_VOID(become_its_owner(server));
    TRY(const acme::StateLock lock, acme::StateLock::take(lock_path(server)));
    TRY(const std::unique_ptr<access::AccountFile> account, access::AccountFile::open(files, server.state, std::nullopt));
    const SystemClock clock;
    SystemRandom random;
    const auto hash = access::PasswordHash::make(password.view(), access::calibrate(clock), random);
    if (!hash) return Error::bug("the password was not hashed");
    TRY_VOID(account->set_password(*hash, clock.wall()));
    return access::SetupToken::discard(files, server.state);
}

int done(bool ok, const std::string& said) {
    if (ok) print("The password of the admin page is set.\n");
    else complain(said);
    return ok ? 0 : 1;
}

int set(const Options& options, const Secret& password) {
    const auto door = find_door(options);
    if (!door) return kExitBadConfig;
    const auto reply = door->client.post("/api/v1/password", admin::new_password_json(password.view()));
    if (reply.ok()) return done(reply->status == 200, refusal_of(*reply));
    if (!is_no_server(reply.error())) {
        complain_of(*door, reply.error());
        return 1;
    }
    config::Config config;
    if (!load_config(options.config_file, config)) return kExitBadConfig;
    const auto alone = set_alone(config.server, password);
    return done(alone.ok(), alone.ok() ? "" : alone.error().text());
}

}  // namespace

int run_passwd(const Options& options) {
    const auto password = new_password();
    if (!password) {
        complain("no password was given");
        return 1;
    }
    if (const auto fit = access::check_new_password(password->view(), {notify::host_name()}); !fit.ok()) {
        complain(fit.error().text());
        return 1;
    }
    if (!options.print) return set(options, *password);
    SystemRandom random;
    const auto hash = access::PasswordHash::make(password->view(), access::kPrintRounds, random);
    if (!hash) return 1;
    print(hash->text() + "\n");
    return 0;
}

}  // namespace postern
