// How a CA is reached: over HTTPS, with the trust anchors that the configuration names. Part of the composition.
#pragma once

#include <memory>
#include <string>

#include "acme/protocol/transport.h"
#include "acme/wanted.h"

namespace postern {

std::unique_ptr<acme::Transport> connect_to(const acme::CaSettings& ca);
// For a look at a CA's directory, by an impatient person.
std::unique_ptr<acme::Transport> connect_for_look(const std::string& ca_file);

}  // namespace postern
