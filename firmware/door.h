// The way from a subcommand to the running server: where its socket is, and what to say when it cannot be asked.
#pragma once

#include <optional>
#include <string>

#include "firmware/client.h"
#include "firmware/options.h"

namespace postern {

struct Door {
    std::string file;   // the INI
    std::string state;  // as it says there
    Client client;
};

// Needs no more of the configuration than where the state is: the commands that ask the server work while the rest of it
// is being edited. Empty after the reason was told.
std::optional<Door> find_door(const Options& options);

std::string about_no_server(const Door& door);
void complain_of(const Door& door, const Error& error);

// What the server says of a request that it did not fulfil.
std::string refusal_of(const Reply& reply);

}  // namespace postern
