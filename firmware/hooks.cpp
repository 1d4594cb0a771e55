#include "firmware/hooks.h"

#include "server/base/text.h"

namespace postern {

namespace {

constexpr const char* kPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr std::size_t kDomains = 100000;     // bytes of a variable: Linux takes 131072, and runs nothing with more
constexpr std::size_t kAccounts = 4u << 20;  // as firmware/config/accounts

using process::CommandEnd;

std::string domains(const std::vector<std::string>& names) {
    std::string text = join(names, " ");
    return text.size() > kDomains ? text.substr(0, text.rfind(' ', kDomains)) : text;
}

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
    process::CommandOrder order{line, {kPath, "HOME=" + home_}, Millis(Seconds(settings().timeout))};
    for (std::string& one : variables) order.environment.push_back(std::move(one));
    log_.info("hook.begins", {{"hook", hook}, {"certificate", certificate}});
    const CommandEnd end = runner_(order, [&](std::string_view text) { log_.info("hook.output", {{"hook", hook}, {"text", text}}); });
    if (end.dropped > 0)
        log_.warn("hook.output_cut", {{"hook", hook}, {"dropped_bytes", static_cast<unsigned long>(end.dropped)}});
    std::string trouble = process::trouble_of(end);
    if (trouble.empty()) {
        log_.info("hook.ended", {{"hook", hook}, {"certificate", certificate}, {"ms", static_cast<long long>(end.took.count())}});
    } else {
        trouble = hook + " " + trouble;
        log_.error("hook.failed", {{"hook", hook}, {"certificate", certificate}, {"why", trouble}});
    }
    keep(hook, trouble);
    return trouble.empty() ? "" : "the hook " + trouble;
}

std::string Hooks::run_begins() {
    renewed_.clear();
    return run("pre", settings().pre, "", {});
}

std::string Hooks::installed(const std::string& name, const std::vector<std::string>& names) {
    renewed_.insert(renewed_.end(), names.begin(), names.end());
    return run("deploy", settings().deploy, name, {"RENEWED_LINEAGE=" + live_ + "/" + name, "RENEWED_DOMAINS=" + domains(names)});
}

// As certbot's: after a run there are the names of all that it renewed, and no single lineage.
std::string Hooks::run_ended() {
    std::string said = run("post", settings().post, "", {"RENEWED_DOMAINS=" + domains(renewed_)});
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
