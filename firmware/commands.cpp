#include "firmware/commands.h"

#include <cerrno>

#include "firmware/access_check.h"
#include "firmware/own_files_check.h"
#include "firmware/config/config_keys.h"
#include "firmware/console.h"
#include "firmware/process/privileges.h"

namespace postern {

namespace {

constexpr int kExitFaulty = 2;

std::string count_of(std::size_t count, const std::string& thing) {
    return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

// "OK: 2 sites, 1 certificate from a CA"
std::string summary_of(const config::Config& config) {
    std::size_t wanted = 0;
    for (const config::SiteSection& site : config.sites) wanted += site.wanted ? site.key_type.size() : 0;
    std::string text = config.file + ": OK, " + count_of(config.sites.size(), "site") + ", " +
                       count_of(wanted, "certificate") + " from a CA\n";
    if (config.sites.empty()) text += "no [site NAME] yet: nothing but the admin page is served\n";
    return text;
}

}  // namespace

bool load_config(const std::string& file, config::Config& into) {
    SystemFiles files;
    auto read = config::read_config(files, file, process::must_become_somebody());
    if (!read.config) {
        print_faults(read.faults);
        return false;
    }
    into = std::move(*read.config);
    return true;
}

int run_check(const Options& options) {
    if (options.verbose) complain("reading " + options.config_file);
    config::Config config;
    if (!load_config(options.config_file, config)) return kExitFaulty;
    SystemFiles files;
    auto faults = own_files_faults(config, files);
    if (faults.empty()) faults = access_faults(config);
    if (!faults.empty()) {
        print_faults(faults);
        return kExitFaulty;
    }
    if (options.print) print(config::print_config(config));
    if (options.preflight) return run_preflight(config, options);
    if (options.probe) return run_probe(config, options);
    if (!options.print) print(summary_of(config));
    return 0;
}

int run_init(const Options& options) {
    const std::string file = options.names.empty() ? options.config_file : options.names.front();
    SystemFiles files;
    const auto created = files.create(file, config::sample_ini(), 0644, FileSystem::kKeepGroup);
    if (!created.ok() && created.error().number() == EEXIST) {
        complain(file + " exists and stays as it is; name another one: postern init FILE");
        return 1;
    }
    if (!created.ok()) {
        const bool closed = created.error().number() == EACCES;
        complain(created.error().text() + (closed ? "; try as root (sudo), or name another file: postern init FILE" : ""));
        return 1;
    }
    const std::string named = file == config::kDefaultFile ? "" : " -c " + file;
    print(file + " is written. Put your names into it, then: postern check" + named + "\n");
    return 0;
}

int run_version() {
    print("postern " POSTERN_VERSION "\n");
    return 0;
}

int run(const Options& options) {
    switch (options.command) {
        case Command::kServe: return run_serve(options.config_file, options.verbose);
        case Command::kCheck: return run_check(options);
        case Command::kStatus: return run_status(options);
        case Command::kShow: return run_show(options);
        case Command::kRenew: return run_renew(options);
        case Command::kRevoke: return run_revoke(options);
        case Command::kDelete: return run_delete(options);
        case Command::kMonitor: return run_monitor(options);
        case Command::kPasswd: return run_passwd(options);
        case Command::kNotify: return run_notify(options);
        case Command::kReload: return run_reload(options);
        case Command::kStop: return run_stop(options);
        case Command::kInit: return run_init(options);
        case Command::kVersion: return run_version();
    }
    return 1;
}

}  // namespace postern
