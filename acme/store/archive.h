// Certificates on disk, one folder of numbered generations a name:
//   archive/NAME/N/{cert,chain,fullchain,privkey}.pem   never changed once there
//   live/NAME -> ../archive/NAME/N                      swapped by one rename
// Used by the store's owner, the worker. Knows files and PEM borders, not what a certificate says.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/files.h"
#include "server/base/secret.h"

namespace postern::acme {

struct StoredPair {
    std::string fullchain;
    Secret key;
};

class Archive {
public:
    static constexpr int kKept = 3;  // generations kept before the live one

    // `root` is the state folder; the folders must exist (Store::open makes them).
    Archive(FileSystem& files, std::string root, std::uint32_t key_group);

    static constexpr std::size_t kMostNames = 1000;  // ten times the sites of a large configuration

    Result<std::vector<std::string>> names();                       // that have a folder, in order; kMostNames at most
    Result<std::vector<int>> generations(const std::string& name);  // ascending; empty for an unknown name
    Result<std::optional<int>> live(const std::string& name);       // none: no link, or one that leads elsewhere
    Result<StoredPair> read(const std::string& name, int generation);
    Result<std::string> read_chain(const std::string& name, int generation);  // without its key, for who may not read that
    bool live_has_key(const std::string& name, std::string_view key_pem);

    // Writes a new generation and makes it the live one. On any failure the live one is as before (or already the new
    // one, when only the last fsync failed). Old generations are pruned afterwards; failing that is no failure.
    Result<int> install(const std::string& name, std::string_view fullchain, std::string_view key_pem);

    Result<void> point_live(const std::string& name, int generation);  // after a live one was set aside
    Result<void> unlink_live(const std::string& name);  // where there is nothing any more that others may use; safe twice
    Result<void> remove(const std::string& name);       // all generations, and the link first; safe twice
    std::string path_of(const std::string& name, int generation) const;
    Result<void> clean_staging();

private:
    Result<int> next_number(const std::string& name);
    Result<void> write_files(const std::string& folder, std::string_view fullchain, std::string_view key_pem);
    void prune(const std::string& name, int live);

    FileSystem& files_;
    std::string root_;
    std::uint32_t key_group_;
};

}  // namespace postern::acme
