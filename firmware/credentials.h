// The passwords of a site's visitors, as the site asks for them: between SitePasswords, which knows no HTTP, and the handler, which
// knows no hashes. Part of the composition.
#pragma once

#include <memory>

#include "firmware/access/site_passwords.h"
#include "server/site/credential_check.h"

namespace postern {

std::shared_ptr<site::CredentialCheck> make_credential_check(std::shared_ptr<access::SitePasswords> passwords);

}  // namespace postern
