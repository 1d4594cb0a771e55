#include "firmware/config/editor.h"

#include <cerrno>

#include "firmware/config/config.h"
#include "server/base/limits.h"
#include "server/base/text.h"
#include "server/crypto/hash.h"

namespace postern::config {

namespace {

constexpr int kMostLinks = 8;
constexpr std::size_t kTagBytes = 16;

std::string previous_of(const std::string& path) { return path + ".previous"; }

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == path.npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

std::string etag_of(std::string_view text) { return "\"" + to_hex(crypto::sha256(text).substr(0, kTagBytes)) + "\""; }

bool is_for_keeps(int number) { return number == EACCES || number == EPERM || number == EROFS; }

std::string why_kept(const Error& error, const std::string& folder) {
    if (error.number() == EROFS) return "the file system of " + folder + " is read-only; edit the file where it comes from";
    if (is_for_keeps(error.number()))
        return "this server may not write to " + folder + "; edit the file as its owner, then: postern reload";
    return error.text();
}

Saved not_written(const Error& error, const std::string& path) {
    Saved saved;
    saved.outcome = is_for_keeps(error.number()) ? Saved::Outcome::kKept : Saved::Outcome::kFailed;
    saved.why = why_kept(error, folder_of(path));
    return saved;
}

}  // namespace

std::string Editor::real_path() const {
    std::string path = path_;
    for (int i = 0; i < kMostLinks; ++i) {
        const auto found = files_.info(path);
        if (!found || found->kind != FileInfo::Kind::kSymlink) break;
        const auto target = files_.read_link(path);
        if (!target) break;
        path = has_prefix(*target, "/") ? *target : folder_of(path) + "/" + *target;
    }
    return path;
}

Result<ConfigText> Editor::read() const {
    const std::string path = real_path();
    auto text = files_.read(path, limits::kConfigFile);
    if (!text && is_for_keeps(text.error().number()))
        return Error::admin("this server may not read " + path_ + ", which it was started with; give it to the group of its user: chgrp");
    if (!text) return Error::admin(text.error().text());
    ConfigText now;
    now.text = std::move(*text);
    now.etag = etag_of(now.text);
    const std::string folder = folder_of(path);
    if (const auto free = files_.may_change(folder); !free) now.why_kept = why_kept(free.error(), folder);
    TRY(now.has_previous, files_.exists(previous_of(path)));
    return now;
}

std::vector<Fault> Editor::check(std::string_view text) const { return read_as_file(text).faults; }

ConfigOrFaults Editor::read_as_file(std::string_view text) const {
    if (text.size() > limits::kConfigFile)
        return {std::nullopt, {Fault{path_, 0, {}, {}, "the text is over " + std::to_string(limits::kConfigFile >> 20) + " MB"}}};
    return read_config_text(files_, path_, text, as_root_);
}

Saved Editor::save(std::string_view text, std::string_view etag) const {
    Saved saved;
    auto now = read();
    if (!now) {
        saved.outcome = Saved::Outcome::kKept;
        saved.why = now.error().text();
        return saved;
    }
    saved.now = std::move(*now);
    if (etag != saved.now.etag) {
        saved.outcome = Saved::Outcome::kStale;
        return saved;
    }
    if (saved.faults = check(text); !saved.faults.empty()) {
        saved.outcome = Saved::Outcome::kFaulty;
        return saved;
    }
    if (text == saved.now.text) return saved;
    const std::string path = real_path();
    const auto found = files_.info(path);
    if (!found) return not_written(found.error(), path);
    // the mode is that of before: a secret in it stays one
    auto done = files_.atomic_write(previous_of(path), saved.now.text, found->mode);
    if (done) done = files_.atomic_write(path, text, found->mode);
    if (!done) return not_written(done.error(), path);
    saved.now.text = text;
    saved.now.etag = etag_of(text);
    saved.now.has_previous = true;
    return saved;
}

Result<std::string> Editor::previous() const { return files_.read(previous_of(real_path()), limits::kConfigFile); }

Saved Editor::take_back(std::string_view etag) const {
    const auto before = previous();
    if (before) return save(*before, etag);
    Saved saved;
    saved.outcome = Saved::Outcome::kKept;
    saved.why = before.error().number() == ENOENT ? "there is no previous file" : before.error().text();
    return saved;
}

}  // namespace postern::config
