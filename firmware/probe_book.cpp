#include "firmware/probe_book.h"

#include "acme/preflight/limits.h"

namespace postern {

namespace {

constexpr std::string_view kLetters = "23456789abcdefghjkmnpqrstuvwxyz";
constexpr std::size_t kTokenLetters = 8;  // 31^8: not to be hit upon in ten minutes
constexpr std::size_t kPageLetters = 26;  // 128 bits: what answers with it is us

}  // namespace

std::string ProbeBook::letters(std::size_t count) {
    std::string text;
    while (text.size() < count) text += kLetters[random_.below(kLetters.size())];
    return text;
}

Result<admin::Probe> ProbeBook::open(Seconds life) {
    std::lock_guard<std::mutex> hold(mutex_);
    const SteadyTime now = clock_.steady();
    std::erase_if(entries_, [now](const auto& entry) { return entry.second.end <= now; });
    if (entries_.size() >= limits::kProbes) return Error::retry("too many probes hang already; they end by themselves within minutes");
    admin::Probe probe{letters(kTokenLetters), "You got through: this is Postern.\n" + letters(kPageLetters) + "\n"};
    entries_[probe.token] = Entry{probe.page, now + life, {}};
    return probe;
}

std::optional<std::string> ProbeBook::visit(std::string_view token, const http::Context& context) {
    std::lock_guard<std::mutex> hold(mutex_);
    const auto found = entries_.find(token);
    if (found == entries_.end() || found->second.end <= clock_.steady()) return std::nullopt;
    if (found->second.visits.size() < limits::kProbeVisits)
        found->second.visits.push_back({context.wall, std::string(context.peer), context.local_port, context.secure});
    return found->second.page;
}

Result<std::vector<admin::Visit>> ProbeBook::visits(const std::string& token) const {
    std::lock_guard<std::mutex> hold(mutex_);
    const auto found = entries_.find(token);
    if (found == entries_.end()) return Error::admin("no such probe; it has ended");
    return found->second.visits;
}

void ProbeBook::close(const std::string& token) {
    std::lock_guard<std::mutex> hold(mutex_);
    entries_.erase(token);
}

}  // namespace postern
