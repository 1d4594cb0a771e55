#include "acme/protocol/transport.h"
#include "firmware/server.h"

namespace postern {

std::unique_ptr<acme::Transport> connect_to(const acme::CaSettings& ca) {
    acme::TransportOptions options;
    options.ca_file = ca.ca_file;
    options.user_agent = "postern/" POSTERN_VERSION " cpp-httplib";  // RFC 8555 section 6.1
    return acme::make_httplib_transport(std::move(options));
}

}  // namespace postern
