// What [server] says: where it listens, as whom it runs, what it may take, where it writes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "firmware/config/accounts.h"
#include "server/base/log.h"
#include "server/net/address.h"

namespace postern::config {

inline constexpr int kNoCap = 1 << 30;  // max_per_client = off

struct ServerSection {
    std::vector<net::Address> http, https;   // empty: off
    int public_http_port = 0;                // 0: by the first listener
    int public_https_port = 0;
    std::string user, group;                 // as written
    std::optional<Identity> identity;        // set when user is and we are root: whom to become after the ports are bound
    std::string state;                       // absolute, without a slash at the end
    int loops = 0;                           // 0: auto
    int max_connections = 0;                 // 0: auto
    int max_per_client = 0;                  // kNoCap: lifted
    std::vector<std::string> trusted_proxies;  // "private", or networks, as written; of the public listeners, not of the admin page
    bool proxy_protocol = false;               // theirs begin with a PROXY header
    bool request_id = false;
    bool http2 = true;                       // of sites; the admin page has none
    std::string log;                         // "stderr", "syslog" or an absolute path
    LogLevel log_level = LogLevel::kInfo;
    std::string access_log;                  // "off", "ring", "stderr", "syslog" or an absolute path
    std::string access_log_format;           // "combined", "json"
    int access_log_max = 4 << 20;            // bytes of the file; 0: no limit
    std::string resolver;                    // "system", or an IP address with or without a port
};

}  // namespace postern::config
