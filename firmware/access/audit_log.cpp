#include "firmware/access/audit_log.h"

#include <algorithm>
#include <cerrno>
#include <optional>

#include "server/base/text.h"

namespace postern::access {

namespace {

constexpr std::uint32_t kMode = 0600;
constexpr std::size_t kFields = 6;
constexpr Millis kRest = 2 * AuditLog::kLongestPause;  // so long without a line: the attack is over

std::string line_of(const AuditEntry& entry) {
    std::string line = to_rfc3339(entry.at.time_since_epoch().count());
    for (const std::string* field : {&entry.session, &entry.peer, &entry.action, &entry.object, &entry.outcome}) {
        line += '\t';
        line += *field;
    }
    return line + '\n';
}

// Nothing for what is no line of ours, such as half of one.
std::optional<AuditEntry> entry_from(std::string_view line) {
    const auto fields = split(line, '\t');
    if (fields.size() != kFields) return std::nullopt;
    const auto at = from_rfc3339(fields[0]);
    if (!at) return std::nullopt;
    AuditEntry entry{WallTime(Seconds(*at)), "", "", "", "", ""};
    std::string* const into[] = {&entry.session, &entry.peer, &entry.action, &entry.object, &entry.outcome};
    for (std::size_t i = 1; i < kFields; ++i) *into[i - 1] = std::string(fields[i]);
    return entry;
}

// What a field of a line can hold; done twice it changes nothing more.
std::string escaped(std::string_view text) {
    constexpr std::string_view kCut = "...";
    std::string shown = printable(trim(text).substr(0, AuditLog::kMostField + 1));
    if (shown.size() > AuditLog::kMostField) shown.replace(AuditLog::kMostField - kCut.size(), shown.npos, kCut);
    return shown;
}

void escape(AuditEntry& entry) {
    for (std::string* field : {&entry.session, &entry.peer, &entry.action, &entry.object, &entry.outcome}) *field = escaped(*field);
}

}  // namespace

AuditLog::AuditLog(const Clock& clock, FileSystem& files, Log& log, const std::string& state)
    : clock_(clock), files_(files), log_(log), path_(state + "/audit.log") {
    load(path_ + ".1");
    load(path_);
}

AuditLog::~AuditLog() {
    std::lock_guard<std::mutex> hold(writing_);
    write_wrong(true);
}

bool AuditLog::set_aside(const std::string& path, const Error& why) {
    const auto moved = files_.rename(path, path_ + ".damaged");
    log_.warn("audit.damaged", {{"file", path}, {"why", why.text()}, {"set_aside", moved.ok() ? "yes" : "no"}});
    return moved.ok();
}

void AuditLog::load(const std::string& path) {
    const auto text = files_.read(path, kMostBytes);
    if (!text.ok()) {
        if (text.error().number() != ENOENT) set_aside(path, text.error());
        return;
    }
    std::string_view left = *text;
    for (std::size_t end = left.find('\n'); end != left.npos; end = left.find('\n')) {
        if (auto entry = entry_from(left.substr(0, end))) {
            escape(*entry);  // somebody else may have written into it
            remembered_.push_back(std::move(*entry));
            if (remembered_.size() > kMostRemembered) remembered_.pop_front();
        }
        left.remove_prefix(end + 1);
    }
}

// FileSystem has no way to append, and a whole file of 32 kB is what a handful of flash pages holds anyway.
Result<void> AuditLog::append(std::string_view lines) {
    auto text = files_.read(path_, kMostBytes);
    const bool no_file_of_ours = !text.ok() && text.error().number() == 0;  // too large, no regular file
    if (no_file_of_ours && !set_aside(path_, text.error())) return text.error();
    if (!text.ok() && !no_file_of_ours && text.error().number() != ENOENT) return text.error();
    std::string whole = text.ok() ? std::move(*text) : "";
    if (!whole.empty() && whole.back() != '\n') whole += '\n';
    if (whole.size() + lines.size() > kMostBytes) {
        TRY_VOID(files_.rename(path_, path_ + ".1"));
        whole.clear();
    }
    whole += lines;
    return files_.atomic_write(path_, whole, kMode);
}

// Precondition: writing_ is held, mutex_ is not.
void AuditLog::write(const AuditEntry& entry) {
    log_.info("audit.entry", {{"session", entry.session}, {"peer", entry.peer}, {"action", entry.action}, {"object", entry.object}, {"outcome", entry.outcome}});
    {
        std::lock_guard<std::mutex> hold(mutex_);
        remembered_.push_back(entry);
        if (remembered_.size() > kMostRemembered) remembered_.pop_front();
    }
    std::string lines;
    if (lost_ > 0) lines = line_of({entry.at, "", "", "audit", "", std::to_string(lost_) + " entries could not be written before this one"});
    const auto written = append(lines + line_of(entry));
    if (written.ok()) {
        lost_ = 0;
        return;
    }
    if (lost_++ == 0) log_.warn("audit.not_kept", {{"file", path_}, {"why", written.error().text()}, {"means", "the entries are in the log alone"}});
}

AuditEntry AuditLog::entry_of(const Wrong& wrong, WallTime at) {
    std::string outcome = wrong.count == 1 ? "wrong password" : std::to_string(wrong.count) + " wrong passwords since " + to_rfc3339(wrong.first.time_since_epoch().count());
    if (wrong.several) outcome += " from several addresses";
    return {at, "", wrong.peer, "login", "", std::move(outcome)};
}

// Precondition: writing_ is held, mutex_ is not.
void AuditLog::write_wrong(bool now) {
    const SteadyTime steady = clock_.steady();
    if (wrong_written_ && !now && steady - *wrong_written_ < pause_) return;
    AuditEntry entry;
    {
        std::lock_guard<std::mutex> hold(mutex_);
        if (wrong_.count == 0) return;
        entry = entry_of(wrong_, clock_.wall());
        wrong_ = {};
    }
    const bool goes_on = wrong_written_ && steady - *wrong_written_ < kRest;
    pause_ = goes_on ? std::min(2 * pause_, kLongestPause) : kFirstPause;
    wrong_written_ = steady;
    write(entry);
}

void AuditLog::add(AuditEntry entry) {
    std::lock_guard<std::mutex> hold(writing_);
    write_wrong(true);  // the order of things: they came before
    entry.at = clock_.wall();
    escape(entry);
    write(entry);
}

void AuditLog::count_wrong_login(std::string_view peer) {
    std::lock_guard<std::mutex> hold(mutex_);
    std::string shown = escaped(peer);
    if (wrong_.count++ == 0) wrong_.first = clock_.wall();
    wrong_.several = wrong_.several || (wrong_.count > 1 && wrong_.peer != shown);
    wrong_.peer = std::move(shown);
}

void AuditLog::settle() {
    std::lock_guard<std::mutex> hold(writing_);
    write_wrong(false);
}

std::vector<AuditEntry> AuditLog::last(std::size_t most) const {
    std::lock_guard<std::mutex> hold(mutex_);
    std::vector<AuditEntry> entries;
    if (wrong_.count > 0 && most > 0) entries.push_back(entry_of(wrong_, clock_.wall()));
    for (auto at = remembered_.rbegin(); at != remembered_.rend() && entries.size() < most; ++at) entries.push_back(*at);
    return entries;
}

}  // namespace postern::access
