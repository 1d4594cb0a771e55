#include "server/crypto/pem.h"

#include <mbedtls/base64.h>

#include "server/base/limits.h"
#include "server/base/text.h"

namespace postern::crypto {

namespace {

constexpr std::string_view kDashes = "-----";
constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";

std::string at_line(std::size_t line) {
    return "line " + std::to_string(line) + ": ";
}

// Takes lines off a text, without their CR, LF and outer white space.
class Lines {
public:
    explicit Lines(std::string_view text) : text_(text) {}

    bool next() {
        if (at_ >= text_.size()) return false;
        begin_ = at_;
        const auto end = text_.find('\n', at_);
        std::string_view raw = text_.substr(at_, end == std::string_view::npos ? end : end - at_);
        at_ = end == std::string_view::npos ? text_.size() : end + 1;
        if (!raw.empty() && raw.back() == '\r') raw.remove_suffix(1);
        line_ = trim(raw);
        ++number_;
        return true;
    }

    std::string_view line() const { return line_; }
    std::size_t number() const { return number_; }
    std::size_t begin() const { return begin_; }
    std::size_t end() const { return at_; }

private:
    std::string_view text_, line_;
    std::size_t at_ = 0, begin_ = 0, number_ = 0;
};

// "X" of "-----BEGIN X-----"; empty when the line is no such boundary.
std::string_view label_of(std::string_view line, std::string_view start) {
    if (line.size() <= start.size() + kDashes.size()) return {};
    if (!has_prefix(line, start) || !has_suffix(line, kDashes)) return {};
    return line.substr(start.size(), line.size() - start.size() - kDashes.size());
}

// `lines` stands on the BEGIN line and is left on the END line.
Result<PemBlock> read_block(std::string_view text, Lines& lines) {
    PemBlock block;
    block.label = label_of(lines.line(), kBegin);
    block.line = lines.number();
    if (block.label.empty()) {
        return Error::refuse(at_line(lines.number()) + "text outside the PEM blocks: \"" + printable(lines.line(), 40) +
                             "\"");
    }
    const std::size_t begin = lines.end();
    while (lines.next()) {
        if (has_prefix(lines.line(), kBegin)) break;
        if (!has_prefix(lines.line(), kEnd)) continue;
        if (label_of(lines.line(), kEnd) != block.label) break;
        block.body = text.substr(begin, lines.begin() - begin);
        return block;
    }
    return Error::refuse(at_line(block.line) + "the " + printable(block.label, 40) +
                         " block has no END line of its own: the text was cut short or mixed up");
}

}  // namespace

Result<std::vector<PemBlock>> split_pem(std::string_view text, std::size_t max_blocks) {
    if (text.size() > limits::kPemFile) return Error::refuse("larger than any certificate chain or key should be");
    if (text.find('\0') != std::string_view::npos) return Error::refuse("holds a NUL byte: this is no PEM text");
    std::vector<PemBlock> blocks;
    Lines lines(text);
    while (lines.next()) {
        if (lines.line().empty()) continue;
        if (blocks.size() == max_blocks) {
            return Error::refuse(at_line(lines.number()) + "more than " + std::to_string(max_blocks) + " PEM blocks");
        }
        TRY(const PemBlock block, read_block(text, lines));
        blocks.push_back(block);
    }
    if (blocks.empty()) return Error::refuse("empty: no PEM block in it");
    return blocks;
}

Result<Secret> decode(const PemBlock& block) {
    const std::string where = at_line(block.line) + std::string(block.label) + " block: ";
    if (block.body.find(':') != std::string_view::npos) {
        return Error::refuse(where + "has headers; a key must not be encrypted");
    }
    std::string bytes(block.body.size() / 4 * 3 + 3, '\0');
    std::size_t size = 0;
    const int code = mbedtls_base64_decode(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), &size,
                                           reinterpret_cast<const unsigned char*>(block.body.data()),
                                           block.body.size());
    bytes.resize(code == 0 ? size : 0);
    Secret decoded(std::move(bytes));
    if (code != 0 || decoded.empty()) return Error::refuse(where + "no valid base64");
    return decoded;
}

}  // namespace postern::crypto
