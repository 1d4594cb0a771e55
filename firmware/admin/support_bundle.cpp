#include "firmware/admin/support_bundle.h"

#include <sys/utsname.h>

#include "firmware/admin/findings_json.h"
#include "firmware/admin/status_json.h"
#include "firmware/config/redact.h"
#include "server/base/text.h"

namespace postern::admin {

namespace {

constexpr std::size_t kMostLines = 500;

std::string machine_text() {
    utsname machine{};
    if (uname(&machine) != 0) return "unknown\n";
    return std::string(machine.sysname) + " " + machine.release + " " + machine.machine + "\n";
}

std::string config_text(const config::Editor& editor) {
    const auto now = editor.read();
    return now ? config::redacted(now->text) : now.error().text();
}

void add(std::string& out, std::string_view title, std::string_view text) {
    out.append("===== ").append(title).append("\n").append(text);
    if (!has_suffix(text, "\n")) out += '\n';
    out += '\n';
}

}  // namespace

std::string support_bundle(const Control& control, const config::Editor& editor, WallTime now, std::string_view version) {
    std::string out;
    add(out, "Postern " + std::string(version) + ", " + to_rfc3339(now.time_since_epoch().count()), machine_text());
    const auto status = control.status();
    add(out, "status", status ? status_json(*status, control.facts(), now, version) : "none yet");
    add(out, "preflight", preflight_json(control.preflight()));
    add(out, "configuration " + editor.path() + ", secrets left out", config_text(editor));
    std::string log;
    for (const std::string& line : control.log_lines(kMostLines)) log.append(line).append("\n");
    add(out, "log", log);
    return out;
}

}  // namespace postern::admin
