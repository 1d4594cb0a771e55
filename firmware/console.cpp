#include "firmware/console.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

namespace postern {

namespace {

void write(std::FILE* to, std::string_view text) {
    (void)std::fwrite(text.data(), 1, text.size(), to);  // nobody is left to be told that the terminal is gone
    (void)std::fflush(to);
}

}  // namespace

void print(std::string_view text) { write(stdout, text); }

bool output_is_error() {
    struct stat output {}, error {};
    return fstat(STDOUT_FILENO, &output) == 0 && fstat(STDERR_FILENO, &error) == 0 && output.st_dev == error.st_dev &&
           output.st_ino == error.st_ino;
}

void print_error(std::string_view text) { write(stderr, text); }

void complain(std::string_view text) { print_error("postern: " + std::string(text) + "\n"); }

void print_faults(const std::vector<config::Fault>& faults) {
    for (const config::Fault& fault : faults) print_error(fault.print() + "\n");
    if (faults.size() == 1 && faults.front().line == 0) return;  // the file as a whole: nothing to count
    const std::string count = faults.size() == 1 ? "1 fault" : std::to_string(faults.size()) + " faults";
    print_error(count + " in the configuration\n");
}

std::string one_line(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        // C1 controls, as UTF-8 writes them, are obeyed by some terminals too.
        const bool c1 = c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
        if (c1) ++i;
        out += c < 0x20 || c == 0x7f || c1 ? ' ' : text[i];
    }
    return out;
}

}  // namespace postern
