// Words for a terminal. Used by the subcommands; the log is something else (server/base/log.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "firmware/config/fault.h"

namespace postern {

void print(std::string_view text);        // to standard output, as it is
bool output_is_error();  // standard output and standard error are one terminal, file or pipe
void print_error(std::string_view text);  // to standard error, as it is
void complain(std::string_view text);     // "postern: TEXT\n" to standard error
void print_faults(const std::vector<config::Fault>& faults);  // to standard error, one a line, then their number

// Text from a CA or from a file, fit for a terminal: no control characters, on one line. UTF-8 stays.
std::string one_line(std::string_view text);

}  // namespace postern
