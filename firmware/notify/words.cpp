#include "firmware/notify/words.h"

#include <unistd.h>

#include <algorithm>

#include "server/base/text.h"

namespace postern::notify {

namespace {

constexpr std::size_t kTold = 2000;  // bytes of the CA's own words
constexpr std::size_t kNamesTold = 20;

std::string date_of(WallTime time) { return to_rfc3339(time.time_since_epoch().count()); }

std::string span(Seconds time) {
    const long long hours = std::max(0LL, static_cast<long long>(time.count())) / 3600;
    if (hours >= 48) return std::to_string(hours / 24) + " days";
    return hours == 1 ? "1 hour" : std::to_string(hours) + " hours";
}

std::vector<std::string> first_names(const acme::CertStatus& status) {
    const auto most = static_cast<std::ptrdiff_t>(std::min(kNamesTold, status.names.size()));
    return {status.names.begin(), status.names.begin() + most};
}

// What a CA says may be no UTF-8, which no JSON holds, and long.
acme::Problem printable_problem(const acme::Problem& problem) {
    return {printable(problem.type, 80), printable(problem.detail, kTold), printable(problem.advice, kTold)};
}

std::string names_of(const acme::CertStatus& status) {
    const std::vector<std::string> names = first_names(status);
    const std::size_t more = status.names.size() - names.size();
    return join(names, ", ") + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

// What visitors get meanwhile.
std::string what_serves(const acme::CertStatus& status, WallTime now) {
    if (!status.facts || status.rung == acme::Rung::kSelfSigned)
        return "Meanwhile a self-signed certificate serves, of which browsers warn.\n";
    const WallTime end = status.facts->not_after;
    std::string text = "The certificate that serves is from " + printable(status.facts->issuer, 200);
    if (now >= end) return text + " and has ended on " + date_of(end) + ": browsers refuse it.\n";
    return text + " and lasts until " + date_of(end) + " (" + span(end - now) + ").\n";
}

std::string about_problem(const acme::CertStatus& status) {
    if (!status.last_problem) return "";
    const acme::Problem problem = printable_problem(*status.last_problem);
    std::string text = "What went wrong (" + problem.type + "): " + problem.detail + "\n";
    if (!problem.advice.empty()) text += "What can be done: " + problem.advice + "\n";
    return text + "\n";
}

std::string next_try(const acme::CertStatus& status) {
    return status.next_attempt ? "The next attempt is due at " + date_of(*status.next_attempt) + ".\n" : "";
}

std::string what_to_type(const acme::CertStatus& status) {
    return "\nOn the machine: 'postern show " + status.name + "' tells more, 'postern renew " + status.name +
           "' tries at once. This message comes again daily while it lasts.\n";
}

std::string failure_text(const acme::CertStatus& status, WallTime since, WallTime now) {
    std::string text = status.kind == "files" ? "The files of the certificate cannot be used" : "The certificate could not be renewed";
    text += since < now ? "; it has failed since " + date_of(since) + ".\n\n" : ".\n\n";
    return text + about_problem(status) + what_serves(status, now) + next_try(status) + what_to_type(status);
}

std::string expiry_text(const acme::CertStatus& status, WallTime now) {
    const WallTime end = status.facts->not_after;
    std::string text = now >= end ? "The certificate has ended on " + date_of(end) + " and no new one has come: browsers refuse it.\n\n"
                                  : "The certificate ends in " + span(end - now) + ", on " + date_of(end) +
                                        ", and should have been renewed by now.\n\n";
    return text + about_problem(status) + next_try(status) + what_to_type(status);
}

// The last words of the subject.
std::string event_words(const acme::CertStatus& status, const std::string& event, bool over, WallTime now) {
    if (over) return event + " is over: renewed until " + date_of(status.facts->not_after);
    if (event == "renewed") return "renewed until " + date_of(status.facts->not_after);
    if (event == "failure") return status.kind == "files" ? "failure: its files cannot be used" : "failure: the renewal failed";
    const WallTime end = status.facts->not_after;
    return now >= end ? "expiry: the certificate has ended" : "expiry: " + span(end - now) + " left";
}

}  // namespace

Message message_about(const acme::CertStatus& status, const std::string& event, bool over, WallTime since, WallTime now,
                      const std::string& host) {
    Message message;
    message.host = host;
    message.certificate = status.name;
    message.event = event;
    message.over = over;
    message.at = now;
    message.names = first_names(status);
    if (event == "failure" && !over && status.last_problem) message.problem = printable_problem(*status.last_problem);
    message.subject = host + ": " + printable(status.name, 100) + ": " + event_words(status, event, over, now);
    message.text = "Machine: " + host + "\nCertificate: " + status.name + " (" + names_of(status) + ")\n\n";
    if (over) message.text += "What was told on " + date_of(since) + " is over.\n";
    if (over || event == "renewed") message.text += "A new certificate serves. " + what_serves(status, now);
    else message.text += event == "failure" ? failure_text(status, since, now) : expiry_text(status, now);
    return message;
}

Message test_message(WallTime now, const std::string& host) {
    Message message;
    message.host = host;
    message.event = "test";
    message.at = now;
    message.subject = host + ": test: a message from Postern";
    message.text = "Machine: " + host + "\n\nThis is a test: messages about certificates in trouble will arrive here.\n";
    return message;
}

std::string host_name() {
    char name[256] = {};
    if (gethostname(name, sizeof name - 1) != 0) return "localhost";
    const std::string_view text = name;
    const bool fits = !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](char c) {
        return is_alpha(c) || is_digit(c) || c == '-' || c == '.';
    });
    return fits ? std::string(text) : "localhost";
}

}  // namespace postern::notify
