// What each subcommand does. Called by main with checked options; each prints for a person and returns the exit status.
#pragma once

#include <string>
#include <vector>

#include "acme/task.h"
#include "firmware/config/config.h"
#include "firmware/options.h"

namespace postern {

int run(const Options& options);  // the one of options.command

int run_check(const Options& options);
int run_preflight(const config::Config& config, const Options& options);  // 0 no fault, 2 faults, 1 not looked at
int run_probe(const config::Config& config, const Options& options);      // 0 ended, 1 it could not be shown
int run_init(const Options& options);
int run_version();

int run_monitor(const Options& options);
int run_notify(const Options& options);
int run_passwd(const Options& options);  // asks the running server; without one, writes the state itself

// These ask the running server; without one, all but the last two work alone.
int run_status(const Options& options);
int run_show(const Options& options);
int run_renew(const Options& options);
int run_revoke(const Options& options);
int run_delete(const Options& options);
int run_reload(const Options& options);
int run_stop(const Options& options);

// In compose: until SIGTERM. 0 stopped, 2 the configuration is faulty (told on standard error), 1 anything else.
int run_serve(const std::string& config_file, bool verbose);
// In compose: a worker of its own, with its challenges on the configured ports, for the length of a task. Steps are printed
// as firmware/step_printer.h does. 0 changed, 2 unchanged, 1 failed.
int run_alone(const config::Config& config, acme::Task task);

// The configuration, or false after its faults were printed to standard error.
bool load_config(const std::string& file, config::Config& into);

}  // namespace postern
