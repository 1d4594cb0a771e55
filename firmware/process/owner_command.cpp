#include "firmware/process/owner_command.h"

#include "server/base/text.h"

namespace postern::process {

namespace {

constexpr const char* kPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr std::size_t kDomains = 100000;  // bytes of a variable: Linux takes 131072, and runs nothing with more

}  // namespace

std::string renewed_lineage(const std::string& live, const std::string& name) { return "RENEWED_LINEAGE=" + live + "/" + name; }

std::string renewed_domains(const std::vector<std::string>& names) {
    const std::string text = join(names, " ");
    return "RENEWED_DOMAINS=" + (text.size() > kDomains ? text.substr(0, text.rfind(' ', kDomains)) : text);
}

std::string run_owner_command(const OwnerCommand& command, const std::string& home, const CommandRunner& runner, Log& log) {
    CommandOrder order{command.line, {kPath, "HOME=" + home}, Millis(command.patience)};
    order.environment.insert(order.environment.end(), command.variables.begin(), command.variables.end());
    const std::string& event = command.event;
    log.info(event + ".begins", {{event, command.what}, {"certificate", command.certificate}});
    const CommandEnd end =
        runner(order, [&](std::string_view text) { log.info(event + ".output", {{event, command.what}, {"text", text}}); });
    if (end.dropped > 0)
        log.warn(event + ".output_cut", {{event, command.what}, {"dropped_bytes", static_cast<unsigned long>(end.dropped)}});
    std::string trouble = trouble_of(end);
    if (trouble.empty()) {
        log.info(event + ".ended", {{event, command.what}, {"certificate", command.certificate}, {"ms", static_cast<long long>(end.took.count())}});
        return "";
    }
    trouble = command.what + " " + trouble;
    log.error(event + ".failed", {{event, command.what}, {"certificate", command.certificate}, {"why", trouble}});
    return trouble;
}

}  // namespace postern::process
