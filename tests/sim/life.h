// Lives a fate through: the device, what befalls it, and the oracle that looks on.
#pragma once

#include <string>
#include <vector>

#include "tests/sim/oracle.h"

namespace postern::sim {

struct Life {
    std::vector<std::string> faults;  // empty: a good life
    std::vector<std::string> story;   // when it was to be told
    Figures figures;
};

Life live(const Fate& fate, bool tell);

}  // namespace postern::sim
