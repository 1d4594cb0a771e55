#include "acme/advice.h"

#include "acme/protocol/problem.h"

namespace postern::acme {

std::string_view usual_advice(std::string_view type) { return advice_for(type); }

}  // namespace postern::acme
