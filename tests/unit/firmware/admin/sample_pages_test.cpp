// Writes every sample's page and status into the folder POSTERN_SAMPLES_DIR, for tests/browser and for the eye.
#include <doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "firmware/admin/admin_site.h"
#include "tests/unit/firmware/admin/samples.h"
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
        const auto site = make_admin_site(control, {});
        std::filesystem::create_directories(folder / sample.name);
        const auto page = samples::ask(*site, {.path = "/"});
        std::string fields;
        for (const auto& [name, value] : page.fields) fields += std::string(name) + ": " + value + "\n";
        write(folder / sample.name / "index.fields", fields);
        write(folder / sample.name / "index.html", samples::body_of(page));
        write(folder / sample.name / "status.json", samples::body_of(samples::ask(*site, {.path = "/api/v1/status"})));
        for (const std::string file : {"style.css", "app.js", "icon.svg"})
            write(folder / sample.name / file, www::find("admin/" + file)->data);
    }
    write(folder / "default.html", www::find("default/index.html")->data);
}
