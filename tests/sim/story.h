// What happened in a life, with true dates; kept only when somebody will read it.
#pragma once

#include <string>
#include <vector>

#include "server/base/text.h"
#include "tests/fakes/fake_clock.h"

namespace postern::sim {

class Story {
public:
    Story(const fakes::FakeClock& truth, bool kept) : truth_(truth), kept_(kept) {}

    bool kept() const { return kept_; }
    void tell(const std::string& text) {
        if (kept_) lines_.push_back(to_rfc3339(truth_.wall().time_since_epoch().count()) + "  " + text);
    }
    const std::vector<std::string>& lines() const { return lines_; }

private:
    const fakes::FakeClock& truth_;
    bool kept_;
    std::vector<std::string> lines_;
};

}  // namespace postern::sim
