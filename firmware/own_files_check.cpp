#include "firmware/own_files_check.h"

#include "server/base/limits.h"
#include "server/base/secret.h"

namespace postern {

namespace {

Result<void> look_at(const std::string& path, std::string_view block, FileSystem& files) {
    TRY(std::string text, files.read(path, limits::kPemFile));
    const Secret kept(std::move(text));
    if (kept.view().find(block) == std::string_view::npos) return Error::admin(path + " holds no block '" + std::string(block) + "' in PEM form");
    return {};
}

}  // namespace

std::vector<config::Fault> own_files_faults(const config::Config& config, FileSystem& files) {
    std::vector<config::Fault> faults;
    bool chain = false;  // they are named in turn
    for (const config::NamedPath& named : config.paths) {
        if (named.key != "certificate") continue;
        chain = !chain;
        if (auto seen = look_at(named.path, chain ? "BEGIN CERTIFICATE" : "PRIVATE KEY", files); !seen)
            faults.push_back({config.file, named.line, named.section, named.key, seen.error().text()});
    }
    return faults;
}

}  // namespace postern
