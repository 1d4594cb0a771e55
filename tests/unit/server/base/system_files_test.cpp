// SystemFiles on a real file system, in a folder of its own under TMPDIR.
#include <doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "server/base/files.h"
#include "server/base/unique_fd.h"

using namespace postern;

namespace {

class TempFolder {
public:
    TempFolder() {
        const char* base = std::getenv("TMPDIR");
        path_ = std::string(base != nullptr ? base : "/tmp") + "/postern-files-XXXXXX";
        REQUIRE(::mkdtemp(path_.data()) != nullptr);
    }
    ~TempFolder() { CHECK(SystemFiles().remove_tree(path_).ok()); }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

class Umask {
public:
    explicit Umask(mode_t mask) : before_(::umask(mask)) {}
    ~Umask() { ::umask(before_); }
    Umask(const Umask&) = delete;
    Umask& operator=(const Umask&) = delete;

private:
    mode_t before_;
};

}  // namespace

TEST_CASE("SystemFiles: what was written is read, with its mode, whatever the umask") {
    const Umask harsh(0077);
    TempFolder folder;
    SystemFiles files;
    const std::string data("bytes\0with\nall\xff", 15);
    const std::uint64_t before = SystemFiles::bytes_written();
    REQUIRE(files.atomic_write(folder / "f", data, 0644).ok());
    CHECK(SystemFiles::bytes_written() - before == data.size());
    CHECK(*files.read(folder / "f", 15) == data);
    const auto info = files.info(folder / "f");
    REQUIRE(info.ok());
    CHECK(info->kind == FileInfo::Kind::kFile);
    CHECK(info->mode == 0644);
    CHECK(info->size == 15);
    CHECK(info->mtime > 1700000000);
    REQUIRE(files.make_folder(folder / "d", 0755).ok());
    CHECK(files.info(folder / "d")->mode == 0755);
    CHECK(files.make_folder(folder / "d", 0755).error().number() == EEXIST);
}

TEST_CASE("SystemFiles: create takes no name that is taken, symlinks least of all") {
    TempFolder folder;
    SystemFiles files;
    REQUIRE(files.create(folder / "f", "one", 0600, FileSystem::kKeepGroup).ok());
    CHECK(files.create(folder / "f", "two", 0600, FileSystem::kKeepGroup).error().number() == EEXIST);
    REQUIRE(files.make_symlink("target", folder / "l").ok());
    CHECK(files.create(folder / "l", "two", 0600, FileSystem::kKeepGroup).error().number() == EEXIST);
    CHECK_FALSE(*files.exists(folder / "target"));
    CHECK(*files.read(folder / "f", 10) == "one");
}

TEST_CASE("SystemFiles: a create that fails leaves nothing") {
    TempFolder folder;
    SystemFiles files;
    // Nobody may give a file to a group that he is not in; root can, and is told by the group instead.
    const auto made = files.create(folder / "f", "x", 0600, 12345);
    CHECK(*files.exists(folder / "f") == made.ok());
    CHECK(made.ok() == (::geteuid() == 0));
}

TEST_CASE("SystemFiles: read refuses what is too large or no file") {
    TempFolder folder;
    SystemFiles files;
    REQUIRE(files.atomic_write(folder / "f", std::string(10000, 'x'), 0600).ok());
    CHECK(files.read(folder / "f", 10000)->size() == 10000);
    const auto large = files.read(folder / "f", 9999);
    REQUIRE_FALSE(large.ok());
    CHECK(large.error().text().find("9999") != std::string::npos);
    CHECK_FALSE(files.read(folder / "", 100).ok());
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK_FALSE(files.read(folder / "pipe", 100).ok());  // and does not hang
    CHECK(files.info(folder / "pipe")->kind == FileInfo::Kind::kOther);
    CHECK(files.read(folder / "absent", 100).error().number() == ENOENT);
    CHECK(files.read("/proc/self/status", 100000)->size() > 100);  // says that it has 0 bytes
    CHECK_FALSE(files.read("/proc/self/status", 100).ok());
    REQUIRE(files.atomic_write(folder / "empty", "", 0600).ok());
    CHECK(files.read(folder / "empty", 0)->empty());
}

TEST_CASE("SystemFiles: symlinks are read, replaced and followed") {
    TempFolder folder;
    SystemFiles files;
    REQUIRE(files.make_folders(folder / "archive/1", 0700).ok());
    REQUIRE(files.make_folders(folder / "archive/2", 0700).ok());
    REQUIRE(files.atomic_write(folder / "archive/2/f", "two", 0600).ok());
    REQUIRE(files.atomic_symlink("archive/1", folder / "live").ok());
    REQUIRE(files.atomic_symlink("archive/2", folder / "live").ok());
    CHECK(*files.read_link(folder / "live") == "archive/2");
    CHECK(*files.read(folder / "live/f", 10) == "two");
    CHECK(files.info(folder / "live")->kind == FileInfo::Kind::kSymlink);
    CHECK(files.make_folders(folder / "live/sub", 0700).ok());
    CHECK(*files.list(folder / "archive/2") == std::vector<std::string>{"f", "sub"});
    CHECK(files.read_link(folder / "archive").error().number() == EINVAL);
}

TEST_CASE("SystemFiles: list, remove, free space") {
    TempFolder folder;
    SystemFiles files;
    for (const char* name : {"b", "a", ".hidden"}) {
        REQUIRE(files.create(folder / name, "", 0600, FileSystem::kKeepGroup).ok());
    }
    CHECK(*files.list(folder / "") == std::vector<std::string>{".hidden", "a", "b"});
    CHECK(files.remove_file(folder / "a").ok());
    CHECK(files.remove_file(folder / "a").error().number() == ENOENT);
    CHECK(files.remove_folder(folder / "").error().number() == ENOTEMPTY);
    CHECK(files.sync_folder(folder / "").ok());
    CHECK(files.sync_folder(folder / "b").error().number() == ENOTDIR);
    CHECK(files.list(folder / "b").error().number() == ENOTDIR);
    CHECK(*files.free_bytes(folder / "") > 0);
    CHECK_FALSE(files.free_bytes(folder / "absent").ok());
    CHECK(files.rename(folder / "absent", folder / "b").error().number() == ENOENT);
}

TEST_CASE("UniqueFd: one owner, errno kept") {
    UniqueFd first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    REQUIRE(first);
    const int number = first.get();
    UniqueFd second(std::move(first));
    CHECK_FALSE(first);  // NOLINT: that is the point
    CHECK(second.get() == number);
    errno = EDOM;
    second.reset();
    CHECK(errno == EDOM);
    CHECK(::fcntl(number, F_GETFD) == -1);
    UniqueFd third(::dup(0));
    third = UniqueFd();
    CHECK_FALSE(third);
    UniqueFd fourth(::dup(0));
    const int released = fourth.release();
    CHECK(::fcntl(released, F_GETFD) != -1);
    ::close(released);
}
