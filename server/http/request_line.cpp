#include "server/http/request_line.h"

#include "server/http/chars.h"

namespace postern::http {

Method method_of(std::string_view text) {
    switch (text.size()) {
        case 3: return text == "GET" ? Method::kGet : text == "PUT" ? Method::kPut : Method::kOther;
        case 4: return text == "HEAD" ? Method::kHead : text == "POST" ? Method::kPost : Method::kOther;
        case 5: return text == "PATCH" ? Method::kPatch : text == "TRACE" ? Method::kTrace : Method::kOther;
        case 6: return text == "DELETE" ? Method::kDelete : Method::kOther;
        case 7: return text == "OPTIONS" ? Method::kOptions : text == "CONNECT" ? Method::kConnect : Method::kOther;
        default: return Method::kOther;
    }
}

bool apply_target(std::string_view text, RequestScratch& scratch, Target& target) {
    Request& request = scratch.request;
    if (!split_target(text, target)) return false;
    request.target = text;
    request.body = {};  // the request is the loop's: nothing of the last one stays
    request.again = request.body_follows = false;
    request.body_length = 0;
    request.raw_path = target.path;
    request.query = target.query;
    request.has_query = target.has_query;
    request.wants_tls = target.https;
    if (target.form == TargetForm::kAsterisk) {
        request.path = target.path;
        request.encoded_slash = request.above_root = false;
        return request.method == Method::kOptions;
    }
    DecodedPath decoded;
    if (!decode_path(target.path, scratch.path, decoded)) return false;
    request.path = decoded.path;
    request.encoded_slash = decoded.encoded_slash;
    request.above_root = decoded.above_root;
    return true;
}

}  // namespace postern::http
