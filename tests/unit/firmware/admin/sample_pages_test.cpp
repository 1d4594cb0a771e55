// Writes every sample's page and status into the folder POSTERN_SAMPLES_DIR, for tests/browser and for the eye.
#include <doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "firmware/admin/admin_page.h"
#include "firmware/admin/admin_site.h"
#include "tests/unit/firmware/admin/owner.h"
#include "www/assets.h"

using namespace postern;
using namespace postern::admin;

namespace {

void write(const std::filesystem::path& path, std::string_view text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    CHECK(file.good());
}

}  // namespace

TEST_CASE("sample pages" * doctest::skip(std::getenv("POSTERN_SAMPLES_DIR") == nullptr)) {
    const std::filesystem::path folder = std::getenv("POSTERN_SAMPLES_DIR");
    for (const auto& sample : samples::all()) {
        samples::FakeControl control(sample.status);
        samples::Owner owner;
        const auto site = make_admin_site(control, *owner.desk, {});
        std::filesystem::create_directories(folder / sample.name);
        const auto page = owner.ask(*site, {.path = "/"});
        std::string fields;
        for (const auto& [name, value] : page.fields) fields += std::string(name) + ": " + value + "\n";
        write(folder / sample.name / "index.fields", fields);
        write(folder / sample.name / "index.html", samples::body_of(page));
        write(folder / sample.name / "status.json", samples::body_of(owner.ask(*site, {.path = "/api/v1/status"})));
        const auto japanese = [&] {
            http::Request request;
            request.query = "lang=ja";
            http::Context context;
            context.wall = samples::kNow;
            return status_page(control, context, &request);
        }();
        write(folder / sample.name / "index.ja.html", samples::body_of(japanese));
    }
    std::filesystem::create_directories(folder / "words");
    for (const auto& asset : www::assets())
        if (asset.path.starts_with("admin/") && !asset.data.empty()) write(folder / asset.path.substr(6), asset.data);
    for (const auto& asset : www::assets())  // what a browser takes only packed
        if (asset.path.starts_with("admin/") && asset.data.empty())
            write(folder / (std::string(asset.path.substr(6)) + ".gz"), asset.gzip);
    write(folder / "default.html", www::find("default/index.html")->data);
}
