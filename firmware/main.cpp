#include <vector>

#include "firmware/commands.h"
#include "firmware/console.h"
#include "server/base/last_words.h"

int main(int argc, char** argv) {
    postern::end_when_out_of_memory();
    const std::vector<std::string_view> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    const auto wanted = postern::read_options(words);
    if (const auto* options = std::get_if<postern::Options>(&wanted)) return postern::run(*options);
    const auto& answer = std::get<postern::UsageAnswer>(wanted);
    if (answer.status == 0) postern::print(answer.text);
    else postern::print_error(answer.text);
    return answer.status;
}
