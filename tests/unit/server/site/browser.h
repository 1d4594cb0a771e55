// A client for handler tests: whole requests through a real session, answers taken apart. And a folder of files.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/unit/server/http/wire.h"

namespace postern::site::test {

struct Answer {
    int status = 0;
    std::string head, body, bytes;

    // Of the first field of that name, case as we send it; "" without.
    std::string field(const std::string& name) const {
        const std::size_t at = head.find("\r\n" + name + ": ");
        if (at == std::string::npos) return "";
        const std::size_t begin = at + name.size() + 4;
        return head.substr(begin, head.find("\r\n", begin) - begin);
    }
};

class Browser {
public:
    explicit Browser(http::Handler& site, bool secure = false) : wire_(&site, 0, 4096) {
        wire_.context.secure = secure;
        wire_.context.wall = WallTime(Seconds(1'900'000'000));
        wire_.context.now = SteadyTime(Millis(1'000'000));
    }

    Answer ask(const std::string& line, const std::string& fields = "", const std::string& host = "example.org") {
        wire_.send(line + " HTTP/1.1\r\nHost: " + host + "\r\n" + fields + "\r\n");
        Answer answer;
        answer.bytes = wire_.take();
        const std::size_t end = answer.bytes.find("\r\n\r\n");
        if (end == std::string::npos) return answer;
        answer.status = std::stoi(answer.bytes.substr(9, 3));
        answer.head = answer.bytes.substr(0, end + 2);
        answer.body = answer.bytes.substr(end + 4);
        return answer;
    }
    Answer get(const std::string& target, const std::string& fields = "") { return ask("GET " + target, fields); }

    void wait(Millis time) { wire_.context.now += time; }
    void set_wall(long long seconds) { wire_.context.wall = WallTime(Seconds(seconds)); }
    bool closed() const { return wire_.session->phase() == http::Phase::kClosing; }
    http::test::Wire& wire() { return wire_; }

private:
    http::test::Wire wire_;
};

// A folder that is removed at the end.
class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "postern-site-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        path_ = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    const std::filesystem::path& path() const { return path_; }
    // Of a fixed age, so that no test depends on the clock.
    void write(const std::string& name, const std::string& content, long long modified = 1'700'000'000) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary | std::ios::trunc) << content;
        touch(name, modified);
    }
    void touch(const std::string& name, long long modified) const {
        const timespec times[2] = {{modified, 0}, {modified, 0}};
        ::utimensat(AT_FDCWD, (path_ / name).c_str(), times, 0);
    }
    void link(const std::string& name, const std::string& target) const {
        std::filesystem::create_symlink(target, path_ / name);
    }

private:
    std::filesystem::path path_;
};

}  // namespace postern::site::test
