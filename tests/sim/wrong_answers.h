// The menu of answers that are wrong: those of the unit tests' table of faults (tests/unit/acme/faults_test.cpp), as what a
// CA or somebody on the way does to the answers for a while.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fakes/scripted_ca.h"

namespace postern::sim {

struct WrongAnswer {
    std::string_view what;
    std::string_view kind;  // of the requests; "any": all of them
    // Instead of the CA's answer; null: the CA carries the request out.
    std::function<Result<acme::HttpReply>()> instead;
    // What becomes of the CA's answer on its way; null: nothing. False: it is lost.
    std::function<bool(acme::HttpReply&)> change;
    std::function<void(fakes::ScriptedCa&)> manners;  // before each answer; begun anew by reset_manners()
};

const std::vector<WrongAnswer>& wrong_answers();
void reset_manners(fakes::ScriptedCa& ca, long long validity);

}  // namespace postern::sim
