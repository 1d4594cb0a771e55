#include "firmware/metrics/exposition.h"

#include <initializer_list>
#include <utility>

namespace postern::metrics {
namespace {

struct Label {
    std::string_view name;
    std::string value;
};

void append_escaped(std::string& text, std::string_view value) {
    for (const char c : value) {
        if (c == '\n') text += "\\n";
        else if (c == '\\' || c == '"') (text += '\\') += c;
        else text += c;
    }
}

// Writes one family; its head comes with the first sample.
class Family {
public:
    Family(std::string& text, std::string_view name, std::string_view type, std::string_view help)
        : text_(text), name_(name), type_(type), help_(help) {}

    void add(std::initializer_list<Label> labels, const std::string& value) {
        if (!std::exchange(begun_, true)) {
            ((text_ += "# HELP ") += name_) += ' ';
            (text_ += help_) += '\n';
            ((text_ += "# TYPE ") += name_) += ' ';
            (text_ += type_) += '\n';
        }
        text_ += name_;
        char before = '{';
        for (const Label& label : labels) {
            ((text_ += std::exchange(before, ',')) += label.name) += "=\"";
            append_escaped(text_, label.value);
            text_ += '"';
        }
        if (labels.size() > 0) text_ += '}';
        (text_ += ' ') += value;
        text_ += '\n';
    }
    void add(std::initializer_list<Label> labels, std::uint64_t value) { add(labels, std::to_string(value)); }
    void add(std::initializer_list<Label> labels, WallTime at) { add(labels, std::to_string(at.time_since_epoch().count())); }
    template <typename Value>
    void add_if(const std::optional<Value>& value) {
        if (value) add({}, *value);
    }

private:
    std::string& text_;
    std::string_view name_, type_, help_;
    bool begun_ = false;
};

constexpr std::string_view kCounter = "counter", kGauge = "gauge";

void add_front(std::string& text, const Snapshot& snapshot) {
    Family answers(text, "postern_http_requests_total", kCounter,
                   "Answers by site (admin: the admin page; none: of no site) and status code.");
    for (const auto& [site, by_status] : snapshot.answers)
        for (const auto& [status, count] : by_status)
            answers.add({{"site", site}, {"code", status == 0 ? "other" : std::to_string(status)}}, count);

    Family handshakes(text, "postern_handshakes_total", kCounter, "TLS handshakes by version, resumption and result.");
    const Handshakes& done = snapshot.handshakes;
    handshakes.add({{"version", "1.2"}, {"resumed", "no"}, {"result", "ok"}}, done.tls12);
    handshakes.add({{"version", "1.2"}, {"resumed", "yes"}, {"result", "ok"}}, done.tls12_resumed);
    handshakes.add({{"version", "1.3"}, {"resumed", "no"}, {"result", "ok"}}, done.tls13);
    handshakes.add({{"version", "1.3"}, {"resumed", "yes"}, {"result", "ok"}}, done.tls13_resumed);
    handshakes.add({{"version", "unknown"}, {"resumed", "no"}, {"result", "failed"}}, done.failed);

    Family connections(text, "postern_connections", kGauge, "Open connections by what they are at.");
    for (const auto& [state, count] : snapshot.connections) connections.add({{"state", state}}, count);
}

void add_certificates(std::string& text, const Snapshot& snapshot) {
    Family not_after(text, "postern_certificate_not_after_seconds", kGauge,
                     "End of the served certificate's validity, in seconds since 1970.");
    for (const auto& [name, certificate] : snapshot.certificates)
        if (certificate.not_after) not_after.add({{"name", name}}, *certificate.not_after);

    Family next(text, "postern_certificate_next_attempt_seconds", kGauge,
                "When the next renewal is attempted, in seconds since 1970.");
    for (const auto& [name, certificate] : snapshot.certificates)
        if (certificate.next_attempt) next.add({{"name", name}}, *certificate.next_attempt);

    Family renewals(text, "postern_certificate_renewals_total", kCounter, "Attempts to get a certificate from a CA, by result.");
    for (const auto& [name, certificate] : snapshot.certificates) {
        if (!certificate.renewable && certificate.renewed + certificate.failed == 0) continue;
        renewals.add({{"name", name}, {"result", "ok"}}, certificate.renewed);
        renewals.add({{"name", name}, {"result", "failed"}}, certificate.failed);
    }
    Family swaps(text, "postern_certificate_swaps_total", kCounter, "Certificates replaced while serving.");
    swaps.add({}, snapshot.swaps);

    Family requests(text, "postern_acme_requests_total", kCounter, "Requests to a CA by kind and HTTP status (none: no reply came).");
    for (const auto& [request, count] : snapshot.acme_requests)
        requests.add({{"ca", request.ca}, {"kind", request.kind}, {"status", request.status == 0 ? "none" : std::to_string(request.status)}}, count);

    Family written(text, "postern_state_bytes_written_total", kCounter, "Bytes written below the state folder.");
    written.add({}, snapshot.state_bytes_written);
}

std::string seconds_of(std::uint64_t ms) {
    const std::string fraction = std::to_string(ms % 1000);
    return std::to_string(ms / 1000) + "." + std::string(3 - fraction.size(), '0') + fraction;
}

void add_process(std::string& text, const Process& process) {
    Family(text, "process_start_time_seconds", kGauge, "Start of the process, in seconds since 1970.").add_if(process.start_time);
    if (process.cpu_ms)
        Family(text, "process_cpu_seconds_total", kCounter, "CPU time used, of user and system.").add({}, seconds_of(*process.cpu_ms));
    Family(text, "process_resident_memory_bytes", kGauge, "Resident memory.").add_if(process.resident_bytes);
    Family(text, "process_open_fds", kGauge, "Open file descriptors.").add_if(process.open_fds);
    Family(text, "process_max_fds", kGauge, "The most that may be open.").add_if(process.max_fds);
}

}  // namespace

std::string to_text(const Snapshot& snapshot) {
    std::string text;
    add_front(text, snapshot);
    add_certificates(text, snapshot);
    add_process(text, snapshot.process);
    return text;
}

}  // namespace postern::metrics
