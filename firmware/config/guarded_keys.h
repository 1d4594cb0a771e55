// Which part of the configuration decides who gets in, who signs, and what is run: whoever finds a browser that its owner has
// left may not change that without the password. Text in, a verdict out. Used by the admin page's editor and first start.
#pragma once

#include <string_view>

namespace postern::config {

// Whether two texts of the file differ in an entry of [admin], [hooks], [deploy ...], [notify], [ca ...], in an account of
// [acme], a site's ca or root, in the names and the certificate of the site that [admin] certificate names, or in whose state, logs and
// rights [server] takes. Order and comments count for nothing. The texts need not be free
// of faults; what a file holds that one of them names is not looked at.
bool guarded_keys_differ(std::string_view before, std::string_view after);

// Whether they differ in the password of [admin].
bool password_keys_differ(std::string_view before, std::string_view after);

}  // namespace postern::config
