#include "server/site/siblings.h"

#include <sys/stat.h>

#include <algorithm>

#include "server/base/text.h"
#include "server/site/open_beneath.h"

namespace postern::site {

bool may_have_siblings(std::string_view media_type, std::string_view name) {
    const bool packed = std::any_of(kCodingTexts.begin(), kCodingTexts.end(),
                                    [&](const CodingText& text) { return has_suffix(name, text.ending); });
    if (packed || has_prefix(media_type, "video/") || has_prefix(media_type, "audio/")) return false;
    return !has_prefix(media_type, "image/") || has_suffix(media_type, "+xml");
}

Siblings open_siblings(int root, const std::string& path) {
    Siblings siblings;
    std::string name;
    for (std::size_t i = 0; i < kPackedCodings; ++i) {
        name.assign(path).append(kCodingTexts[i].ending);
        Opened opened = open_beneath(root, name);
        struct stat status {};
        if (!opened.fd || ::fstat(opened.fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
        siblings[i].fd = std::move(opened.fd);
        siblings[i].stamp = stamp_of(status);
    }
    return siblings;
}

FileFacts coded_facts(const FileFacts& plain, FileFacts of_copy, Coding coding) {
    const CodingText& text = kCodingTexts[static_cast<std::size_t>(coding)];
    of_copy.etag.insert(of_copy.etag.size() - 1, text.tag);
    of_copy.coding = text.name;
    of_copy.media_type = plain.media_type;
    of_copy.cache_control = plain.cache_control;
    of_copy.varies = true;
    return of_copy;
}

}  // namespace postern::site
