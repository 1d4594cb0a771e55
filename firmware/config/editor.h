// The configuration file as the admin page edits it: read, checked, replaced, taken back. Nothing is written that `check` would
// refuse; what is not touched by the writer stays as it is, byte for byte. Blocks on files; one thread at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "firmware/config/config.h"
#include "firmware/config/fault.h"
#include "server/base/files.h"

namespace postern::config {

struct ConfigText {
    std::string text;
    std::string etag;      // of exactly this text: "\"...\"", strong (RFC 9110 section 8.8.3)
    std::string why_kept;  // why it cannot be changed here, with the remedy; empty: it can
    bool has_previous = false;
};

struct Saved {
    enum class Outcome : unsigned char {
        kSaved,   // or it said the same already
        kStale,   // somebody else was faster: `now` is what it is
        kFaulty,  // `faults`; nothing was written
        kKept,    // it cannot be changed here: `why`
        kFailed,  // a full disk, say: `why`; the file is as it was
    } outcome = Outcome::kSaved;
    ConfigText now;
    std::vector<Fault> faults;
    std::string why;
};

class Editor {
public:
    // `files` must outlive this. A symlink at `path` stays one: what it leads to is replaced. `as_root` as for read_config().
    Editor(FileSystem& files, std::string path, bool as_root) : files_(files), path_(std::move(path)), as_root_(as_root) {}

    const std::string& path() const { return path_; }
    Result<ConfigText> read() const;  // kAdmin, with the remedy, where we may not even read it

    // Every fault that the text would have as this file.
    std::vector<Fault> check(std::string_view text) const;

    // The text as this file; what it asks for, when it has no fault.
    ConfigOrFaults read_as_file(std::string_view text) const;

    // Replaces the text of which `etag` was; the old one becomes FILE.previous.
    Saved save(std::string_view text, std::string_view etag) const;
    // The text that take_back() would put there.
    Result<std::string> previous() const;
    // Puts the previous one in its place, and the other way round: twice is as if nothing was done. kKept when there is none.
    Saved take_back(std::string_view etag) const;

private:
    std::string real_path() const;

    FileSystem& files_;
    std::string path_;
    bool as_root_;
};

}  // namespace postern::config
