#include "server/base/json.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <nlohmann/json.hpp>

#include "server/base/utf8.h"

namespace postern {

// Receives the parser's events. Containers under construction stand in a list, so that depth costs no stack; returning
// false ends the parsing.
class JsonReader {
public:
    explicit JsonReader(const JsonBounds& bounds) : bounds_(bounds) {}

    bool null() { return put({}); }
    bool boolean(bool value) {
        Json json = of(Json::Kind::kBool);
        json.flag_ = value;
        return put(std::move(json));
    }
    bool number_integer(std::int64_t value) { return put_number(value); }
    bool number_unsigned(std::uint64_t value) {
        const bool large = value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        if (!large) return put_number(static_cast<std::int64_t>(value));
        Json json = of(Json::Kind::kNumber);
        json.large_ = value;
        return put(std::move(json));
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
    bool end_object() { return has_twice(open_.back().names_) ? refuse("a member named twice") : close(); }
    bool end_array() { return close(); }
    bool key(std::string& name) {
        auto& names = open_.back().names_;
        if (names.size() == bounds_.members) return refuse("an object with over " + std::to_string(bounds_.members) + " members");
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
    static bool has_twice(const std::vector<std::string>& names) {
        std::vector<std::string_view> sorted(names.begin(), names.end());
        std::sort(sorted.begin(), sorted.end());
        return std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
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
        if (++nodes_ > bounds_.nodes) return refuse("too many values");
        if (open_.empty()) {
            root_ = std::move(json);
        } else {
            open_.back().items_.push_back(std::move(json));
        }
        return true;
    }
    bool open(Json::Kind kind) {
        if (open_.size() >= bounds_.depth) return refuse("nested too deep");
        open_.push_back(of(kind));
        return true;
    }
    bool close() {
        Json json = std::move(open_.back());
        open_.pop_back();
        return put(std::move(json));
    }

    const JsonBounds bounds_;
    std::vector<Json> open_;
    Json root_;
    std::size_t nodes_ = 0;
    std::string why_;
};

Result<Json> Json::parse(std::string_view text, const JsonBounds& bounds) {
    if (text.starts_with("\xEF\xBB\xBF")) return Error::refuse("no JSON: it begins with a byte order mark");
    // The library takes a NUL for the end of the text and would not look at what follows it.
    if (text.find('\0') != std::string_view::npos) return Error::refuse("no JSON: a NUL byte in it");
    JsonReader reader(bounds);
    if (nlohmann::ordered_json::sax_parse(text.begin(), text.end(), &reader)) return reader.take();
    return Error::refuse("no JSON that we take: " + (reader.why().empty() ? "incomplete" : reader.why()));
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

std::optional<bool> Json::flag() const {
    if (kind_ != Kind::kBool) return std::nullopt;
    return flag_;
}

std::optional<std::uint64_t> Json::natural() const {
    if (large_ != 0) return large_;
    if (!number_ || *number_ < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*number_);
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
    std::string out;
    out.reserve(text.size() + 2);
    out += '"';
    std::size_t done = 0;  // of text, in out already
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte >= 0x80) {
            if (const auto c = first_code_point(text.substr(i))) {
                i += c->size - 1;
                continue;
            }
        } else if (byte >= 0x20 && byte != '"' && byte != '\\') {
            continue;
        }
        out.append(text, done, i - done);
        done = i + 1;
        if (byte >= 0x80) out += kReplacementCharacter;
        else if (byte < 0x20) ((out += "\\u00") += kHex[byte >> 4]) += kHex[byte & 15];
        else (out += '\\') += text[i];
    }
    out.append(text, done);
    return out += '"';
}

JsonObject& JsonObject::add_raw(std::string_view name, std::string_view json) {
    if (!body_.empty()) body_ += ',';
    ((body_ += json_quote(name)) += ':') += json;
    return *this;
}

JsonObject& JsonObject::list(std::string_view name, const std::vector<std::string>& texts) {
    return add_raw(name, json_list(texts, [](const std::string& text) { return json_quote(text); }));
}

std::string json_list(const std::vector<std::string>& raw_elements) {
    std::string out = "[";
    for (const std::string& element : raw_elements) {
        if (out.size() > 1) out += ',';
        out += element;
    }
    return out + "]";
}

}  // namespace postern
