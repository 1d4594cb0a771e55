// The tables of tests/tables, in the notation that the head of bad_requests.txt tells.
#pragma once

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace postern::http::test {

struct Row {
    std::string expected, name, bytes;
};

inline std::string unescape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out += text[i];
            continue;
        }
        const char c = text[++i];
        if (c == 'r') out += '\r';
        else if (c == 'n') out += '\n';
        else if (c == 't') out += '\t';
        else if (c == '0') out += '\0';
        else if (c == '\\') out += '\\';
        else if (c == 'x') {
            out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        } else {
            const std::size_t blank = text.find(' ', i), end = text.find('}', i);
            const int times = std::stoi(std::string(text.substr(i + 1, blank - i - 1)));
            const std::string part = unescape(text.substr(blank + 1, end - blank - 1));
            for (int n = 0; n < times; ++n) out += part;
            i = end;
        }
    }
    return out;
}

inline std::vector<Row> read_table(const std::string& file) {
    std::vector<Row> rows;
    std::ifstream in("tests/tables/" + file);
    for (std::string line; std::getline(in, line);) {
        if (line.empty() || line[0] == '#') continue;
        const std::size_t first = line.find("  "), second = line.find("  ", first + 2);
        rows.push_back({line.substr(0, first), line.substr(first + 2, second - first - 2),
                        unescape(line.substr(second + 2))});
    }
    return rows;
}

}  // namespace postern::http::test
