// Drives a session as a connection would, in chunks and through windows of any size; reads tests/tables.
#pragma once

#include <algorithm>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http/h1_session.h"

namespace postern::http::test {

struct Row {
    std::string expected, name, bytes;
};

// The notation of tests/tables: see the head of bad_requests.txt.
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
        const std::size_t first = line.find('\t'), second = line.find('\t', first + 1);
        rows.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1),
                        unescape(line.substr(second + 1))});
    }
    return rows;
}

// Says what it was asked; answers as `answer` does, 200 "ok" when there is none.
class Recorder final : public Handler {
public:
    Response handle(const Request& request, const Context&) override {
        auto text = [](std::string_view view) { return view.empty() ? std::string("-") : std::string(view); };
        if (!seen.empty()) seen += " | ";
        seen += std::string(request.method_text) + " " + text(request.path) + " " + text(request.host) + " " +
                text(request.query) + " " + text(request.body);
        ++count;
        if (answer) return answer(request);
        Response response;
        response.static_body = "ok";
        return response;
    }

    std::string seen;
    int count = 0;
    std::function<Response(const Request&)> answer;
};

// One connection. The peer's bytes arrive in chunks, ours leave through a window of `room` bytes.
class Wire {
public:
    explicit Wire(std::size_t max_body = 0, std::size_t room = 65536)
        : session(make_h1_session(scratch, max_body)), window_(room, '\0') {
        context.wall = WallTime(Seconds(784111777));  // Sun, 06 Nov 1994 08:49:37 GMT
    }

    // Returns how many bytes were taken before the session closed.
    std::size_t send(std::string_view bytes, std::size_t chunk = std::string_view::npos) {
        std::size_t taken = 0;
        while (taken < bytes.size() && session->phase() != Phase::kClosing) {
            taken += once(bytes.substr(taken, std::min(chunk, bytes.size() - taken)));
        }
        drain();
        return taken;
    }

    std::size_t once(std::string_view bytes) {
        Output out(window_.data(), window_.size());
        const std::size_t taken = session->feed(bytes, handler, context, out);
        sent += out.bytes();
        if (taken < bytes.size()) drain();
        return taken;
    }

    void drain() {
        for (bool done = false; !done;) {
            Output out(window_.data(), window_.size());
            done = session->produce(out);
            sent += out.bytes();
        }
    }

    void time_out() {
        Output out(window_.data(), window_.size());
        session->time_out(out, context);
        sent += out.bytes();
        drain();
    }

    std::string take() { return std::exchange(sent, {}); }

    Recorder handler;
    Context context;
    RequestScratch scratch;
    std::unique_ptr<Session> session;
    std::string sent;

private:
    std::string window_;
};

inline int count_of(std::string_view text, std::string_view what) {
    int count = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++count;
    return count;
}

}  // namespace postern::http::test
