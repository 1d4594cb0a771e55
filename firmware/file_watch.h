// Tells when files change that somebody else keeps, by inotify(7): written in place, renamed into place, or moved by a link
// anywhere in their path. A thread of its own, asleep until then, and none where nothing is watched.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/base/log.h"

namespace postern {

class FileWatch {
public:
    // `changed` is called on the thread some milliseconds after a change, once for what changes together; later by and by, up to
    // some tenths of a second, where one change follows another.
    FileWatch(Log& log, std::function<void()> changed);
    ~FileWatch();  // ends the thread
    FileWatch(const FileWatch&) = delete;
    FileWatch& operator=(const FileWatch&) = delete;

    // Paths, in place of those before. They need not be there. What the system refuses is told to the log: then
    // whoever is told looks by himself now and then.
    void set_paths(std::vector<std::string> paths);

private:
    struct Impl;
    Log& log_;
    std::function<void()> changed_;
    std::unique_ptr<Impl> impl_;  // null: nothing is watched
};

// The folders in which something may happen to the file at `path`: where it lies, and where each link on the way to it does.
std::vector<std::string> folders_to_watch(const std::string& path);

}  // namespace postern
