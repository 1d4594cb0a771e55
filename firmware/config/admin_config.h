// The section [admin] of the configuration.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/base/secret.h"
#include "server/net/address.h"

namespace postern::config {

struct AdminSection {
    std::vector<net::Address> listen;                // empty: off
    std::vector<std::string> hosts;
    std::string certificate;                         // "auto", "self-signed", or the NAME of a [site NAME] (admin_certificate.h)
    std::vector<std::string> allow;                  // "private", "any", or networks, as written
    std::shared_ptr<const Secret> password_hash;     // valid (access/password_hash.h), from whichever key; null: none
    std::shared_ptr<const Secret> setup_token;       // likewise (access/setup_token.h)
    bool metrics = true;
    std::shared_ptr<const Secret> metrics_token;     // of a bearer, likewise; null: none
    std::string password_hash_file, setup_token_file, metrics_token_file;
    std::shared_ptr<const Secret> file_hash, file_token, file_metrics_token;  // what these held, until both keys are seen
    std::string security_txt;                        // the file's path
    std::shared_ptr<const std::string> security_text;  // what it holds, checked (security_contact.h); null: none
};

}  // namespace postern::config
