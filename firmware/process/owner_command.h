// One command of the owner's with what it may know, run and told in the log: for the hooks and for deliveries. Blocks.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/process/command.h"
#include "server/base/clock.h"
#include "server/base/log.h"

namespace postern::process {

using CommandRunner = std::function<CommandEnd(const CommandOrder&, const std::function<void(std::string_view)>&)>;

struct OwnerCommand {
    std::string what;         // "deploy": what it is called in the log and in troubles
    std::string event;        // "hook": the log's event is "hook.begins"
    std::string line;         // for sh -c
    std::string certificate;  // which it is about; may be empty
    std::vector<std::string> variables;  // "NAME=value", besides PATH and HOME
    Seconds patience{0};
};

// What went wrong ("deploy exited with status 3"); empty: nothing.
std::string run_owner_command(const OwnerCommand& command, const std::string& home, const CommandRunner& runner, Log& log);

// RENEWED_LINEAGE and RENEWED_DOMAINS as certbot gives them. Names beyond what Linux takes in one variable are left out.
std::string renewed_lineage(const std::string& live, const std::string& name);
std::string renewed_domains(const std::vector<std::string>& names);

}  // namespace postern::process
