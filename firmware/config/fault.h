// A fault of the configuration file, in words for the person who wrote it. Made by the reader of lines and by the checks;
// knows nothing of either.
#pragma once

#include <string>
#include <vector>

namespace postern::config {

// Prints as the contract says: "FILE:LINE: [section] key: what is wrong, what is allowed".
struct Fault {
    std::string file;
    int line = 0;         // 1-based; 0: the file as a whole
    std::string section;  // as in the brackets, "site example.org"; empty: none
    std::string key;      // empty: the line or the section
    std::string text;

    std::string print() const;
};

// By line; faults of one line stay in the order in which they were found.
void sort_by_line(std::vector<Fault>& faults);

}  // namespace postern::config
