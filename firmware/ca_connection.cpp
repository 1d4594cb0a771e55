#include "firmware/ca_connection.h"

#include "acme/preflight/limits.h"

namespace postern {

namespace {

acme::TransportOptions options_for(const std::string& ca_file) {
    acme::TransportOptions options;
    options.ca_file = ca_file;
    options.user_agent = "postern/" POSTERN_VERSION;  // RFC 8555 section 6.1
    return options;
}

}  // namespace

std::unique_ptr<acme::Transport> connect_to(const acme::CaSettings& ca) {
    return acme::make_httplib_transport(options_for(ca.ca_file));
}

std::unique_ptr<acme::Transport> connect_for_look(const std::string& ca_file) {
    acme::TransportOptions options = options_for(ca_file);
    options.total_time = limits::kPreflightCa;
    return acme::make_httplib_transport(std::move(options));
}

}  // namespace postern
