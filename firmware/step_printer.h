// The steps of a job on standard output, as they come: each on one line with the time since the job began, and on a terminal
// a spinner below them while nothing comes. One thread.
#pragma once

#include <string>
#include <vector>

#include "acme/worker.h"

namespace postern {

// "    0.4 s  example.org: validated example.org\n"; without a certificate the text alone.
std::string step_line(Millis since_begin, const acme::JobView::Step& step);

class StepPrinter {
public:
    StepPrinter();   // the job begins now
    ~StepPrinter() { clear(); }

    // Prints what is new in `steps`, which grows from call to call. Call it ten times a second or so.
    void show(const std::vector<acme::JobView::Step>& steps);
    void clear();  // takes the spinner away, for other words

private:
    SystemClock clock_;
    SteadyTime began_;
    std::size_t shown_ = 0;
    bool terminal_;
    bool spinning_ = false;
    unsigned frame_ = 0;
};

}  // namespace postern
