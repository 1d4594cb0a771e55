// The usual advice for a kind of problem, for who shows it in words of his own: the admin page. What a Problem says may hold more.
#pragma once

#include <string_view>

namespace postern::acme {

// As Problem::advice has it when there is nothing to add; never empty.
std::string_view usual_advice(std::string_view type);

}  // namespace postern::acme
