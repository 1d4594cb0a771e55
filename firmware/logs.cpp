#include "firmware/logs.h"

namespace postern {

namespace {

bool is_file(const std::string& target) { return !target.empty() && target.front() == '/'; }

std::optional<FileOwner> owner_of(const config::ServerSection& server) {
    if (!server.identity) return std::nullopt;
    return FileOwner{server.identity->uid, server.identity->gid};
}

// `ring` is used for "ring" alone.
Result<std::unique_ptr<BulkSink>> access_sink(const config::ServerSection& server, const std::shared_ptr<LineRing>& ring) {
    if (server.access_log == "ring") return bulk_ring_sink(ring);
    if (server.access_log == "syslog") return bulk_syslog_sink();
    if (is_file(server.access_log)) return bulk_file_sink(server.access_log, owner_of(server), static_cast<std::uint64_t>(server.access_log_max));
    return bulk_stderr_sink();
}

}  // namespace

Result<std::unique_ptr<LogSink>> open_log(const config::ServerSection& server) {
    if (server.log == "syslog") return syslog_sink();
    if (is_file(server.log)) return file_sink(server.log, owner_of(server));
    return stderr_sink();
}

Result<std::shared_ptr<front::AccessLog>> open_access_log(Log& log, const config::ServerSection& server,
                                                          const std::shared_ptr<LineRing>& ring) {
    if (server.access_log == "off") return std::shared_ptr<front::AccessLog>();
    TRY(std::unique_ptr<BulkSink> sink, access_sink(server, ring));
    const auto format = server.access_log_format == "json" ? http::AccessFormat::kJson : http::AccessFormat::kCombined;
    return std::make_shared<front::AccessLog>(log, format, std::move(sink));
}

void reopen_logs(Log& log, front::AccessLog* access, const config::ServerSection& server) {
    if (is_file(server.log)) {
        auto sink = open_log(server);
        if (sink.ok()) log.set_sink(std::move(*sink));
        else log.warn("log_not_reopened", {{"why", sink.error().text()}});
    }
    if (access == nullptr || !is_file(server.access_log)) return;
    auto sink = access_sink(server, nullptr);
    if (sink.ok()) access->replace(std::move(*sink));
    else log.warn("log_not_reopened", {{"why", sink.error().text()}});
}

}  // namespace postern
