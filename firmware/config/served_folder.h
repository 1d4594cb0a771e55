// Which folders a site may show: none that has to do with the state, where the private keys lie.
#pragma once

#include <string>

namespace postern::config {

// What is wrong with showing `folder` beside the state folder `state`; empty: nothing.
std::string why_not_served(const std::string& folder, const std::string& state);

}  // namespace postern::config
