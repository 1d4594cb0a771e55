// Asks the running server through state/control.sock: one blocking request a connection, with a time limit. Used by the
// subcommands; knows nothing of what is asked.
#pragma once

#include <string>
#include <string_view>

#include "firmware/client_reply.h"
#include "server/base/result.h"

namespace postern {

class Client {
public:
    // `verbose`: each request is told on standard error.
    Client(std::string socket, bool verbose) : socket_(std::move(socket)), verbose_(verbose) {}

    Result<Reply> get(const std::string& path) const { return ask("GET", path, {}); }
    Result<Reply> post(const std::string& path, std::string_view json) const { return ask("POST", path, json); }

    const std::string& socket() const { return socket_; }

private:
    Result<Reply> ask(std::string_view method, const std::string& path, std::string_view json) const;

    std::string socket_;
    bool verbose_;
};

// Whether an error of Client says that no server is there (no socket, or nobody listens at it).
bool is_no_server(const Error& error);

}  // namespace postern
