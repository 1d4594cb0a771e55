// The token that opens set-up once: made at the first start when there is no password, read by the owner from
// state/setup-token (0600), typed into the page. AccountFile says whether it is wanted, and closes set-up for good;
// LoginGate stands before matches(), as before a password.
#pragma once

#include <string>
#include <string_view>

#include "server/base/files.h"
#include "server/base/random.h"
#include "server/base/result.h"
#include "server/base/secret.h"

namespace postern::access {

class SetupToken {
public:
    static constexpr std::size_t kFewestSymbols = 16;  // of one that the owner wrote into the INI
    static constexpr std::size_t kMostBytes = 128;     // typed or written, hyphens and all

    // The file's; when there is none, one of 150 random bits is made and written: six groups of five in Crockford's base32.
    // Made anew when what is there is no token or could be read by others than its owner. Blocks (fsync). Errors: the disk's.
    static Result<SetupToken> read_or_make(FileSystem& files, const std::string& state, Random& random);
    // [admin] setup_token: 16 to 128 letters and digits, hyphens and spaces aside. kAdmin otherwise, without the text.
    static Result<SetupToken> parse(std::string_view written);
    // Removes the file: once a password is set, and at each start at which AccountFile does not want set-up (the power may
    // have gone between the two). No file is fine.
    static Result<void> discard(FileSystem& files, const std::string& state);
    static std::string path_in(const std::string& state) { return state + "/setup-token"; }

    // In constant time. Case, hyphens and spaces do not matter, nor does O for 0, I or L for 1.
    bool matches(std::string_view typed) const;
    // The file has it; false: the INI does.
    bool in_file() const { return in_file_; }

private:
    SetupToken(Secret symbols, bool in_file) : symbols_(std::move(symbols)), in_file_(in_file) {}

    Secret symbols_;  // in the one form that all spellings come to
    bool in_file_;
};

}  // namespace postern::access
