#include "firmware/logs.h"

namespace postern {

namespace {

bool is_file(const std::string& target) { return !target.empty() && target.front() == '/'; }

std::optional<FileOwner> owner_of(const config::ServerSection& server) {
    if (!server.identity) return std::nullopt;
    return FileOwner{server.identity->uid, server.identity->gid};
}

}  // namespace

Result<std::unique_ptr<LogSink>> open_log(const config::ServerSection& server) {
    if (server.log == "syslog") return syslog_sink();
    if (is_file(server.log)) return file_sink(server.log, owner_of(server));
    return stderr_sink();
}

void reopen_log(Log& log, const config::ServerSection& server) {
    if (!is_file(server.log)) return;
    auto sink = open_log(server);
    if (sink.ok()) log.set_sink(std::move(*sink));
    else log.warn("log_not_reopened", {{"why", sink.error().text()}});
}

}  // namespace postern
