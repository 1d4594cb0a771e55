// PEM text (RFC 7468, strict) cut into its blocks. For keys and certificate chains; knows nothing of either.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.h"
#include "server/base/secret.h"

namespace postern::crypto {

struct PemBlock {
    std::string_view label;  // "CERTIFICATE"; points into the text
    std::string_view body;   // the lines between BEGIN and END; points into the text
    std::size_t line = 0;    // of BEGIN, from 1
};

// Refuses an empty text, NUL bytes, text outside the blocks (white space and CRLF are fine), a block without its END,
// and more than max_blocks. The errors name the line.
Result<std::vector<PemBlock>> split_pem(std::string_view text, std::size_t max_blocks);

// The base64 of the block as bytes; refuses headers (old-style encryption) and anything else that is no base64.
Result<Secret> decode(const PemBlock& block);

}  // namespace postern::crypto
