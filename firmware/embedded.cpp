#include "firmware/embedded.h"

#include "www/assets.h"

namespace postern {

std::vector<site::EmbeddedFile> embedded_files(std::string_view folder) {
    std::vector<site::EmbeddedFile> files;
    for (const www::Asset& asset : www::assets()) {
        if (!asset.path.starts_with(folder)) continue;
        // the slash at the folder's end begins the path: both live in the same text
        files.push_back({asset.path.substr(folder.size() - 1), asset.data, asset.gzip, asset.etag});
    }
    return files;
}

}  // namespace postern
