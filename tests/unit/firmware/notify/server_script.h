// A mail server as a script: for each thing that the client says, what comes back. Notes all that it heard.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "firmware/notify/smtp_client.h"
#include "server/base/text.h"
#include "tests/fakes/fake_clock.h"

namespace postern::notify {

struct ServerScript {
    // In turn: "<< bytes" the server says, ">> prefix" the client must say, "TLS" it must start TLS, "BAD" TLS fails,
    // "END" the server closes. What the client says besides is taken in silence.
    explicit ServerScript(std::vector<std::string> given) : steps(given.begin(), given.end()) {}

    std::deque<std::string> steps;
    std::string heard;       // everything, with "[TLS]" where it was started
    std::string unexpected;  // the first thing that was not as the script has it
};

class ScriptedLine final : public MailLine {
public:
    explicit ScriptedLine(ServerScript& script) : script_(script) {}

    Result<void> connect(const Deadline&) override { return {}; }

    Result<void> start_tls(const Deadline&) override {
        script_.heard += "[TLS]\n";
        if (next() == "BAD") return Error::admin("the certificate of mail.example is refused: it is for another name");
        if (next() != "TLS") return Error::retry(wrong("TLS"));
        script_.steps.pop_front();
        return {};
    }

    Result<std::string> read(const Deadline&) override {
        if (next() == "END") return std::string();
        if (!has_prefix(next(), "<< ")) return Error::retry("no answer in time");
        std::string bytes = next().substr(3);
        script_.steps.pop_front();
        return bytes;
    }

    Result<void> write(std::string_view bytes, const Deadline&) override {
        script_.heard += bytes;
        if (!has_prefix(next(), ">> ")) return {};
        if (!has_prefix(bytes, next().substr(3))) script_.unexpected += wrong(std::string(bytes));
        script_.steps.pop_front();
        return {};
    }

private:
    std::string next() const { return script_.steps.empty() ? "" : script_.steps.front(); }
    std::string wrong(const std::string& what) const { return "heard " + what + " where the script has " + next() + "\n"; }

    ServerScript& script_;
};

}  // namespace postern::notify
