#include "firmware/following.h"

#include <thread>

#include "firmware/admin/client_json.h"
#include "firmware/console.h"
#include "firmware/step_printer.h"

namespace postern {

namespace {

constexpr Millis kBetweenLooks{100};

Outcome follow(const Door& door, const std::string& job_id) {
    StepPrinter printer;
    for (;;) {
        const auto reply = door.client.get("/api/v1/jobs/" + job_id);
        if (!reply.ok()) {
            printer.clear();
            complain_of(door, reply.error());
            return Outcome::kFailed;
        }
        const auto job = admin::read_job_json(reply->body);
        if (reply->status != 200 || !job.ok()) {
            printer.clear();
            complain(reply->status != 200 ? refusal_of(*reply) : job.error().text());
            return Outcome::kFailed;
        }
        printer.show(job->steps);
        if (job->done && !job->ok) return Outcome::kFailed;
        if (job->done) return job->changed ? Outcome::kChanged : Outcome::kUnchanged;
        std::this_thread::sleep_for(kBetweenLooks);
    }
}

}  // namespace

Outcome ask_and_follow(const Door& door, const std::string& path, const std::string& body) {
    const auto reply = door.client.post(path, body);
    if (!reply.ok()) {
        complain_of(door, reply.error());
        return Outcome::kFailed;
    }
    if (reply->status != 202) {
        complain(refusal_of(*reply));
        return Outcome::kFailed;
    }
    const auto job = admin::read_started_job(reply->body);
    if (job.ok()) return follow(door, *job);
    complain(job.error().text());
    return Outcome::kFailed;
}

}  // namespace postern
