#include "firmware/sharing/delivery_book.h"

#include <vector>

#include "server/base/json.h"

namespace postern::sharing {

namespace {


constexpr int kVersion = 1;

std::string number(long long value) { return std::to_string(value); }
std::string number(WallTime time) { return number(static_cast<long long>(time.time_since_epoch().count())); }

std::string text_at(const Json& row, std::string_view name) { return std::string(row.text(name).value_or("")); }
WallTime time_at(const Json& row, std::string_view name) { return WallTime(Seconds(row.number(name).value_or(0))); }

}  // namespace

std::string to_text(const DeliveryBook& book) {
    std::vector<std::string> rows;
    for (const auto& [who, one] : book) {
        JsonObject row;
        row.add("deploy", who.first).add("certificate", who.second).add("delivered", one.delivered).add("by", one.by);
        row.add_raw("at", number(one.at)).add("failed", one.failed).add_raw("failures", number(one.failures));
        rows.push_back(row.add_raw("next", number(one.next)).add("trouble", one.trouble).done());
    }
    return JsonObject().add_raw("v", number(kVersion)).add_raw("deliveries", json_list(rows)).done() + "\n";
}

Result<DeliveryBook> delivery_book_from(std::string_view text) {
    TRY(const Json json, Json::parse(text));
    const auto* rows = json.array("deliveries");
    if (json.number("v") != kVersion || rows == nullptr) return Error::refuse("no deliveries of ours");
    DeliveryBook book;
    for (const Json& row : *rows) {
        Delivery& one = book[{text_at(row, "deploy"), text_at(row, "certificate")}];
        one.delivered = text_at(row, "delivered");
        one.by = text_at(row, "by");
        one.at = time_at(row, "at");
        one.failed = text_at(row, "failed");
        one.failures = static_cast<int>(row.number("failures").value_or(0));
        one.next = time_at(row, "next");
        one.trouble = text_at(row, "trouble");
    }
    return book;
}

}  // namespace postern::sharing
