#include "acme/protocol/json.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <nlohmann/json.hpp>

#include "acme/protocol/limits.h"

namespace postern::acme {

// Receives the parser's events. Containers under construction stand in a list, so that depth costs no stack; returning
// false ends the parsing.
class JsonReader {
public:
    bool null() { return put({}); }
    bool boolean(bool value) {
        Json json = of(Json::Kind::kBool);
        json.flag_ = value;
        return put(std::move(json));
    }
    bool number_integer(std::int64_t value) { return put_number(value); }
    bool number_unsigned(std::uint64_t value) {
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return put_number({});
        return put_number(static_cast<std::int64_t>(value));
    }
    bool number_float(double, const std::string&) { return put_number({}); }
    bool string(std::string& value) {
        Json json = of(Json::Kind::kString);
        json.text_ = std::move(value);
        return put(std::move(json));
    }
    bool binary(std::vector<std::uint8_t>&) { return refuse("binary data"); }
    bool start_object(std::size_t) { return open(Json::Kind::kObject); }
    bool start_array(std::size_t) { return open(Json::Kind::kArray); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(std::string& name) {
        auto& names = open_.back().names_;
        if (names.size() == limits::kJsonMembers) return refuse("an object with over " + std::to_string(limits::kJsonMembers) + " members");
        if (std::find(names.begin(), names.end(), name) != names.end()) return refuse("a member named twice");
        names.push_back(std::move(name));
        return true;
    }
    bool parse_error(std::size_t at, const std::string&, const std::exception&) {
        return refuse("no JSON from byte " + std::to_string(at));
    }

    const std::string& why() const { return why_; }
    Json take() { return std::move(root_); }

private:
    static Json of(Json::Kind kind) {
        Json json;
        json.kind_ = kind;
        return json;
    }
    bool refuse(std::string why) {
        if (why_.empty()) why_ = std::move(why);
        return false;
    }
    bool put_number(std::optional<std::int64_t> value) {
        Json json = of(Json::Kind::kNumber);
        json.number_ = value;
        return put(std::move(json));
    }
    bool put(Json json) {
        if (++nodes_ > limits::kJsonNodes) return refuse("too many values");
        if (open_.empty()) {
            root_ = std::move(json);
        } else {
            open_.back().items_.push_back(std::move(json));
        }
        return true;
    }
    bool open(Json::Kind kind) {
        if (open_.size() >= limits::kJsonDepth) return refuse("nested too deep");
        open_.push_back(of(kind));
        return true;
    }
    bool close() {
        Json json = std::move(open_.back());
        open_.pop_back();
        return put(std::move(json));
    }

    std::vector<Json> open_;
    Json root_;
    std::size_t nodes_ = 0;
    std::string why_;
};

Result<Json> Json::parse(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) return Error::refuse("no JSON: it begins with a byte order mark");
    // The library takes a NUL for the end of the text and would not look at what follows it.
    if (text.find('\0') != std::string_view::npos) return Error::refuse("no JSON: a NUL byte in it");
    try {
        JsonReader reader;
        if (nlohmann::ordered_json::sax_parse(text.begin(), text.end(), &reader)) return reader.take();
        return Error::refuse("no JSON that we take: " + (reader.why().empty() ? "incomplete" : reader.why()));
    } catch (const std::exception& failure) {  // memory
        return Error::retry(std::string("JSON: ") + failure.what());
    }
}

const Json* Json::find(std::string_view name) const {
    for (std::size_t i = 0; i < names_.size() && i < items_.size(); ++i)
        if (names_[i] == name) return &items_[i];
    return nullptr;
}

std::optional<std::string_view> Json::text(std::string_view name) const {
    const Json* found = find(name);
    if (!found || found->kind_ != Kind::kString) return std::nullopt;
    return found->text_;
}

std::optional<bool> Json::flag(std::string_view name) const {
    const Json* found = find(name);
    if (!found || found->kind_ != Kind::kBool) return std::nullopt;
    return found->flag_;
}

std::optional<std::int64_t> Json::number(std::string_view name) const {
    const Json* found = find(name);
    return found ? found->number_ : std::nullopt;
}

const std::vector<Json>* Json::array(std::string_view name) const {
    const Json* found = find(name);
    return found && found->kind_ == Kind::kArray ? &found->items_ : nullptr;
}

std::string json_quote(std::string_view text) {
    static constexpr char kHex[] = "0123456789abcdef";
    std::string out = "\"";
    for (char c : text) {
        auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            (out += '\\') += c;
        } else if (byte < 0x20) {
            ((out += "\\u00") += kHex[byte >> 4]) += kHex[byte & 15];
        } else {
            out += c;
        }
    }
    return out + '"';
}

JsonObject& JsonObject::add_raw(std::string_view name, std::string_view json) {
    if (!body_.empty()) body_ += ',';
    ((body_ += json_quote(name)) += ':') += json;
    return *this;
}

std::string json_list(const std::vector<std::string>& raw_elements) {
    std::string out = "[";
    for (const std::string& element : raw_elements) {
        if (out.size() > 1) out += ',';
        out += element;
    }
    return out + "]";
}

}  // namespace postern::acme
