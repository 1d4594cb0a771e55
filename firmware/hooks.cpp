#include "firmware/hooks.h"

#include "server/base/text.h"

namespace postern {

namespace {

constexpr std::size_t kAccounts = 4u << 20;  // as firmware/config/accounts

}  // namespace

Hooks::Hooks(const Clock& clock, Log& log, std::string live, std::string home, config::HooksSection settings)
    : clock_(clock), log_(log), live_(std::move(live)), home_(std::move(home)), settings_(std::move(settings)) {
    runner_ = [this](const process::CommandOrder& order, const std::function<void(std::string_view)>& take_line) {
        return process::run_command(order, clock_, cancel_, take_line);
    };
}

void Hooks::set(config::HooksSection settings) {
    std::lock_guard<std::mutex> hold(mutex_);
    if (settings == settings_) return;
    settings_ = std::move(settings);
    troubles_.clear();  // of commands that are no longer these
}

config::HooksSection Hooks::settings() const {
    std::lock_guard<std::mutex> hold(mutex_);
    return settings_;
}

std::vector<std::string> Hooks::troubles() const {
    std::lock_guard<std::mutex> hold(mutex_);
    std::vector<std::string> texts;
    for (const auto& [hook, trouble] : troubles_) texts.push_back(trouble);
    return texts;
}

void Hooks::keep(const std::string& hook, const std::string& trouble) {
    std::lock_guard<std::mutex> hold(mutex_);
    if (trouble.empty()) troubles_.erase(hook);
    else troubles_[hook] = "the hook " + trouble + " (" + to_rfc3339(clock_.wall().time_since_epoch().count()) + "); the log has its output";
}

// What went wrong, for who follows the run; empty: nothing.
std::string Hooks::run(const std::string& hook, const std::string& line, const std::string& certificate, Variables variables) {
    if (line.empty()) return "";
    const process::OwnerCommand command{hook, "hook", line, certificate, std::move(variables), Seconds(settings().timeout)};
    const std::string trouble = process::run_owner_command(command, home_, runner_, log_);
    keep(hook, trouble);
    return trouble.empty() ? "" : "the hook " + trouble;
}

std::string Hooks::run_begins() {
    renewed_.clear();
    return run("pre", settings().pre, "", {});
}

std::string Hooks::installed(const std::string& name, const std::vector<std::string>& names) {
    renewed_.insert(renewed_.end(), names.begin(), names.end());
    return run("deploy", settings().deploy, name, {process::renewed_lineage(live_, name), process::renewed_domains(names)});
}

// As certbot's: after a run there are the names of all that it renewed, and no single lineage.
std::string Hooks::run_ended() {
    std::string said = run("post", settings().post, "", {process::renewed_domains(renewed_)});
    if (run_over_) run_over_();
    return said;
}

std::string home_of(FileSystem& files, std::uint32_t uid) {
    const auto accounts = files.read("/etc/passwd", kAccounts);
    if (!accounts.ok()) return "/";
    for (const std::string_view line : split(*accounts, '\n')) {
        const auto fields = split(line, ':');
        if (fields.size() >= 6 && fields[2] == std::to_string(uid) && has_prefix(fields[5], "/")) return std::string(fields[5]);
    }
    return "/";
}

}  // namespace postern
