// Any bytes as a configuration: either a Config that prints and reads back as the same, or faults in the order of lines,
// each one line of text that no terminal obeys.
#include <cerrno>
#include <cstdint>
#include <cstdlib>

#include "firmware/config/config.h"
#include "firmware/config/plan.h"

using namespace postern;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

// One file, one folder, nothing else.
class OneFile final : public FileSystem {
public:
    explicit OneFile(std::string text) : text_(std::move(text)) {}

    Result<std::string> read(const std::string& path, std::size_t) override {
        if (path == "/etc/postern.ini") return text_;
        if (path == "/etc/ca.pem") return std::string("-----BEGIN CERTIFICATE-----\n");
        return nothing();
    }
    Result<FileInfo> info(const std::string& path) override {
        if (path == "/srv/www") return FileInfo{FileInfo::Kind::kFolder, 0755, 0, 0};
        return nothing();
    }
    Result<std::vector<std::string>> list(const std::string&) override { return nothing(); }
    Result<std::string> read_link(const std::string&) override { return nothing(); }
    Result<std::uint64_t> free_bytes(const std::string&) override { return nothing(); }
    Result<void> may_change(const std::string&) override { return nothing(); }
    Result<void> create(const std::string&, std::string_view, std::uint32_t, std::uint32_t) override { std::abort(); }
    Result<void> rename(const std::string&, const std::string&) override { std::abort(); }
    Result<void> make_symlink(const std::string&, const std::string&) override { std::abort(); }
    Result<void> make_folder(const std::string&, std::uint32_t) override { std::abort(); }
    Result<void> remove_file(const std::string&) override { std::abort(); }
    Result<void> remove_folder(const std::string&) override { std::abort(); }
    Result<void> sync_folder(const std::string&) override { std::abort(); }

private:
    static Error nothing() { return Error::system("not here", ENOENT); }
    std::string text_;
};

config::ConfigOrFaults read(std::string text) {
    OneFile files(std::move(text));
    return config::read_config(files, "/etc/postern.ini", false);
}

void check_faults(const std::vector<config::Fault>& faults) {
    int line = 0;
    for (const config::Fault& fault : faults) {
        require(fault.line >= line);
        line = fault.line;
        for (const char c : fault.print()) require(static_cast<unsigned char>(c) >= 0x20 || c == '\t');
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const config::ConfigOrFaults first = read(std::string(reinterpret_cast<const char*>(data), size));
    require(first.config.has_value() == first.faults.empty());
    check_faults(first.faults);
    if (!first.config) return 0;
    const std::string printed = config::print_config(*first.config);
    const config::ConfigOrFaults second = read(printed);
    require(second.config.has_value());
    require(config::print_config(*second.config) == printed);
    const config::Plan plan = config::make_plan(*first.config);
    require(plan.sites.size() <= plan.certificates.size());
    require(config::needs_restart(*first.config, *second.config).empty());
    return 0;
}
