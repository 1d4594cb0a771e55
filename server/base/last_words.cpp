#include "server/base/last_words.h"

#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <new>

namespace postern {

namespace {

constexpr int kStatus = 70;  // of sysexits(3), EX_SOFTWARE: no command of ours ends with it else

iovec piece(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }  // NOLINT: writev only reads

}  // namespace

void end_process(std::string_view why) noexcept {
    const std::array pieces{piece("postern: "), piece(why), piece("; this process ends\n")};
    (void)!::writev(STDERR_FILENO, pieces.data(), static_cast<int>(pieces.size()));
    ::_exit(kStatus);
}

void end_when_out_of_memory() noexcept {
    std::set_new_handler([] { end_process("out of memory"); });
}

}  // namespace postern
