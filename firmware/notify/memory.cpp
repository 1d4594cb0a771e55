#include "firmware/notify/memory.h"

#include <algorithm>

#include "server/base/json.h"

namespace postern::notify {

namespace {


constexpr int kVersion = 1;

std::string number(long long value) { return std::to_string(value); }
std::string number(WallTime time) { return number(static_cast<long long>(time.time_since_epoch().count())); }

WallTime time_at(const Json& object, std::string_view name) { return WallTime(Seconds(object.number(name).value_or(0))); }
std::string text_at(const Json& object, std::string_view name) { return std::string(object.text(name).value_or("")); }

void add_told(JsonObject& row, std::string_view name, const std::optional<Told>& told) {
    if (told) row.add_raw(name, JsonObject().add_raw("since", number(told->since)).add_raw("last", number(told->last)).done());
}

std::optional<Told> told_at(const Json& row, std::string_view name) {
    const Json* found = row.find(name);
    if (found == nullptr || !found->is_object()) return std::nullopt;
    return Told{time_at(*found, "since"), time_at(*found, "last")};
}

std::string known_text(const std::string& name, const Known& known) {
    JsonObject row;
    row.add("name", name).add_raw("generation", number(known.generation));
    add_told(row, "failure", known.failure);
    add_told(row, "expiry", known.expiry);
    return row.done();
}

std::string parcel_text(const Parcel& parcel) {
    const Message& message = parcel.message;
    std::vector<std::string> ways, names;
    for (const auto& [way, attempts] : parcel.open)
        ways.push_back(JsonObject().add("way", way).add_raw("count", number(attempts.count)).add_raw("next", number(attempts.next)).done());
    for (const std::string& name : message.names) names.push_back(json_quote(name));
    JsonObject row;
    row.add("id", message.id).add("host", message.host).add("certificate", message.certificate).add("event", message.event);
    row.add_raw("over", message.over ? "true" : "false").add_raw("at", number(message.at));
    row.add("subject", message.subject).add("text", message.text).add_raw("names", json_list(names));
    row.add("type", message.problem.type).add("detail", message.problem.detail).add("advice", message.problem.advice);
    return row.add_raw("ways", json_list(ways)).done();
}

Parcel parcel_from(const Json& row) {
    Parcel parcel;
    Message& message = parcel.message;
    message.id = text_at(row, "id");
    message.host = text_at(row, "host");
    message.certificate = text_at(row, "certificate");
    message.event = text_at(row, "event");
    message.over = row.flag("over").value_or(false);
    message.at = time_at(row, "at");
    message.subject = text_at(row, "subject");
    message.text = text_at(row, "text");
    message.problem = {text_at(row, "type"), text_at(row, "detail"), text_at(row, "advice")};
    if (const auto* names = row.array("names"))
        for (const Json& name : *names) message.names.push_back(name.string());
    if (const auto* ways = row.array("ways"))
        for (const Json& way : *ways)
            parcel.open[text_at(way, "way")] = {static_cast<int>(way.number("count").value_or(0)), time_at(way, "next")};
    return parcel;
}

bool is_about_the_same(const Message& a, const Message& b) { return a.certificate == b.certificate && a.event == b.event; }

}  // namespace

std::size_t Memory::add(Parcel parcel) {
    std::erase_if(outbox, [&](const Parcel& old) { return is_about_the_same(old.message, parcel.message); });
    outbox.push_back(std::move(parcel));
    const std::size_t lost = outbox.size() > kParcels ? outbox.size() - kParcels : 0;
    outbox.erase(outbox.begin(), outbox.begin() + static_cast<std::ptrdiff_t>(lost));
    return lost;
}

std::string to_text(const Memory& memory) {
    std::vector<std::string> known, outbox;
    for (const auto& [name, one] : memory.known) known.push_back(known_text(name, one));
    for (const Parcel& parcel : memory.outbox) outbox.push_back(parcel_text(parcel));
    return JsonObject().add_raw("v", number(kVersion)).add_raw("told", json_list(known)).add_raw("outbox", json_list(outbox)).done() + "\n";
}

Result<Memory> memory_from(std::string_view text) {
    TRY(const Json json, Json::parse(text));
    const auto* known = json.array("told");
    const auto* outbox = json.array("outbox");
    if (json.number("v") != kVersion || known == nullptr || outbox == nullptr) return Error::refuse("no notices of ours");
    Memory memory;
    for (const Json& row : *known)
        memory.known[text_at(row, "name")] = {static_cast<int>(row.number("generation").value_or(0)), told_at(row, "failure"), told_at(row, "expiry")};
    for (const Json& row : *outbox) memory.add(parcel_from(row));
    return memory;
}

}  // namespace postern::notify
