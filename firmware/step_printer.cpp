#include "firmware/step_printer.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "firmware/console.h"

namespace postern {

namespace {

constexpr std::string_view kFrames = "|/-\\";
constexpr std::string_view kWipe = "\r\x1b[K";  // ECMA-48: to the line's begin, and erase it

std::string seconds_text(Millis time) {
    char text[32];
    (void)std::snprintf(text, sizeof text, "%7.1f s", static_cast<double>(time.count()) / 1000);
    return text;
}

bool is_terminal() {
    const char* kind = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): nobody sets it
    return isatty(STDOUT_FILENO) == 1 && kind != nullptr && std::string_view(kind) != "dumb";
}

}  // namespace

std::string step_line(Millis since_begin, const acme::JobView::Step& step) {
    const std::string whose = step.certificate.empty() ? "" : one_line(step.certificate) + ": ";
    return seconds_text(since_begin) + "  " + whose + one_line(step.text) + "\n";
}

StepPrinter::StepPrinter() : began_(clock_.steady()), terminal_(is_terminal()) {}

void StepPrinter::clear() {
    if (spinning_) print(kWipe);
    spinning_ = false;
}

void StepPrinter::show(const std::vector<acme::JobView::Step>& steps) {
    const auto passed = std::chrono::duration_cast<Millis>(clock_.steady() - began_);
    if (shown_ < steps.size()) clear();
    for (; shown_ < steps.size(); ++shown_) print(step_line(passed, steps[shown_]));
    if (!terminal_) return;
    print(std::string("\r") + seconds_text(passed) + "  " + kFrames[frame_++ % kFrames.size()]);
    spinning_ = true;
}

}  // namespace postern
