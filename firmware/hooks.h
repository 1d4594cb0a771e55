// The owner's commands around a run of renewals: pre, post and deploy of [hooks]. Hears of runs from acme, on acme's
// thread, which waits for each command; runs them by process::run_command. A command that fails is said and changes
// nothing: the renewal goes on.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "acme/ports.h"
#include "firmware/config/config.h"
#include "firmware/process/owner_command.h"
#include "server/base/log.h"

namespace postern {

class Hooks final : public acme::RunListener {
public:
    // `live`: the folder whose NAME becomes RENEWED_LINEAGE. `home`: the variable HOME.
    Hooks(const Clock& clock, Log& log, std::string live, std::string home, config::HooksSection settings);
    // Another way to run a command, for tests.
    void set_runner(process::CommandRunner runner) { runner_ = std::move(runner); }
    // Called when a run is over, after post.
    void set_run_over(std::function<void()> told) { run_over_ = std::move(told); }

    void set(config::HooksSection settings);   // after a reload; any thread
    void cancel() { cancel_.now(); }           // the server stops: commands have little time left; any thread
    std::vector<std::string> troubles() const;  // of each hook's last run, if it failed; any thread

    std::string run_begins() override;
    std::string installed(const std::string& name, const std::vector<std::string>& names) override;
    std::string run_ended() override;

private:
    using Variables = std::vector<std::string>;
    std::string run(const std::string& hook, const std::string& line, const std::string& certificate, Variables variables);
    void keep(const std::string& hook, const std::string& trouble);
    config::HooksSection settings() const;

    const Clock& clock_;
    Log& log_;
    const std::string live_, home_;
    Cancel cancel_;
    process::CommandRunner runner_;
    std::function<void()> run_over_;
    std::vector<std::string> renewed_;  // names of certificates that this run installed

    mutable std::mutex mutex_;  // of the two below
    config::HooksSection settings_;
    std::map<std::string, std::string> troubles_;
};

// The home folder of the user that we are, or will become: from /etc/passwd, else "/".
std::string home_of(FileSystem& files, std::uint32_t uid);

}  // namespace postern
