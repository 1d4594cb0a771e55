// The answers of the resources that change the configuration file, and the way to give them later: from the thread that may
// wait for a disk. Used by ConfigApi and FirstSiteApi.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "firmware/access/sessions.h"
#include "firmware/admin/back_office.h"
#include "firmware/config/editor.h"
#include "server/base/json.h"
#include "server/http/handler.h"

namespace postern::admin {

// `work` runs on the office's thread, and its answer is given then; 503 when nobody has time.
http::Response answer_later(BackOffice& office, const http::Context& context, std::function<http::Response()> work);

// [{"line","section","key","text"}]
std::string faults_json(const std::vector<config::Fault>& faults);
// 422 with "faults".
http::Response faulty_answer(std::string_view detail, const std::vector<config::Fault>& faults);
// 403 when `text`, in place of that with `etag`, changes a guarded key (guarded_keys.h) and `who` has not typed the password in
// the last minutes; before that what saving would refuse anyway: 412, 409, 422. Nothing: go on.
std::optional<http::Response> guarded_change(const config::Editor& editor, const std::string& etag, const std::string& text, const access::Session& who);
// 412 with "text" and "etag", 422 with "faults", 409 or 503: why nothing was saved.
http::Response not_saved(const config::Saved& saved);

}  // namespace postern::admin
