// What somebody who helps from afar asks for, as one text to read, with nothing in it that lets anybody in: status,
// configuration without secrets, what stands in the way of certificates, the last of the log.
#pragma once

#include <string>

#include "firmware/admin/control.h"
#include "firmware/config/editor.h"

namespace postern::admin {

// Blocks on the configuration file.
std::string support_bundle(const Control& control, const config::Editor& editor, WallTime now, std::string_view version);

}  // namespace postern::admin
