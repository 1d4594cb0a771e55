// From the configuration to a running server and back: the order of start, the privileges, the signals.
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "firmware/access_check.h"
#include "firmware/commands.h"
#include "firmware/console.h"
#include "firmware/logs.h"
#include "firmware/process/privileges.h"
#include "firmware/process/signals.h"
#include "firmware/server.h"
#include "firmware/state_owner.h"
#include "firmware/step_printer.h"
#include "server/base/heap.h"
#include "server/base/limits.h"

namespace postern {

namespace {

constexpr int kExitFaulty = 2;
constexpr int kExitElse = 1;
constexpr Millis kLookAgain{100};  // at the steps of a renewal that we follow

struct SystemMachine {
    SystemClock clock;
    SystemFiles files;
    SystemRandom random;
};

// Ports while we may, then nobody's rights but our own.
Result<void> bring_up(Server& server, SystemMachine& machine, const config::ServerSection& settings) {
    TRY_VOID(prepare_state(machine.files, settings));
    TRY_VOID(server.bind());
    TRY_VOID(become_its_owner(settings));
    TRY(acme::StateLock lock, acme::StateLock::take(lock_path(settings)));
    return server.start(std::move(lock));
}

void obey_signals(Server& server, const process::Signals& signals, Log& log) {
    for (;;) {
        pollfd wait{signals.fd(), POLLIN, 0};
        if (poll(&wait, 1, -1) < 0 && errno != EINTR) log.error("poll", {{"why", Error::system("poll", errno).text()}});
        while (std::optional<process::Wish> wish = signals.take()) {
            if (*wish == process::Wish::kStop) return;
            Result<std::string> said = server.reload({});  // it logs what came of it
            (void)said;
        }
    }
}

// A log on standard error would say the same thing twice to the same person.
int failed(Log& log, bool log_is_console, const Error& error) {
    if (!log_is_console) log.error("not_started", {{"why", error.text()}});
    complain(error.text());
    return kExitElse;
}

// On a terminal the log stands where the line stands: the addresses once, then.
void tell_ready(Log& log, bool log_is_console, const std::string& addresses, const std::string& invitation) {
    print("ready " + addresses + "\n");
    if (!invitation.empty()) print(invitation + "\n");
    const long long pid = getpid();
    if (log_is_console && output_is_error()) log.info("started", {{"version", POSTERN_VERSION}, {"pid", pid}});
    else log.info("ready", {{"version", POSTERN_VERSION}, {"pid", pid}, {"listening", addresses}});
}

// 0 changed, 2 unchanged, 1 failed.
int follow_alone(Server& server, const std::string& id) {
    StepPrinter printer;
    for (;;) {
        Result<acme::JobView> job = server.job(id);
        if (!job.ok()) {
            printer.clear();
            complain(job.error().text());
            return 1;
        }
        printer.show(job->steps);
        if (job->done) return !job->ok ? 1 : job->changed ? 0 : 2;
        std::this_thread::sleep_for(kLookAgain);
    }
}

// Before the first thread.
Result<process::Signals> prepare_process() {
    share_one_arena();
    TRY(process::Signals signals, process::Signals::open());
    TRY_VOID(process::raise_file_limit());
    return signals;
}

}  // namespace

int run_serve(const std::string& config_file, bool verbose) {
    config::Config config;
    if (!load_config(config_file, config)) return kExitFaulty;
    SystemMachine machine;
    Result<std::unique_ptr<LogSink>> sink = open_log(config.server);
    if (!sink.ok()) {
        complain(sink.error().text());
        return kExitElse;
    }
    Log log(machine.clock, std::move(sink).value(), verbose ? LogLevel::kDebug : config.server.log_level);
    const bool on_console = config.server.log == "stderr";
    Result<process::Signals> signals = prepare_process();
    if (!signals.ok()) return failed(log, on_console, signals.error());

    for (const config::Fault& fault : access_faults(config)) log.warn("unreadable", {{"why", fault.print()}});

    Server server({machine.clock, machine.files, machine.random, log}, config);
    Result<void> up = bring_up(server, machine, config.server);
    if (!up.ok()) return failed(log, on_console, up.error());
    server.look_after();
    tell_ready(log, on_console, server.addresses(), server.invitation());

    obey_signals(server, *signals, log);
    log.info("draining", {{"seconds", std::chrono::duration_cast<Seconds>(limits::kDrainTime).count()}});
    server.drain(limits::kDrainTime);
    log.info("stopped");
    return 0;
}

int run_alone(const config::Config& config, acme::Task task) {
    SystemMachine machine;
    Log log(machine.clock, stderr_sink(), LogLevel::kError);
    Result<process::Signals> signals = prepare_process();
    if (!signals.ok()) return failed(log, true, signals.error());
    Server server({machine.clock, machine.files, machine.random, log}, config);
    Result<void> up = bring_up(server, machine, config.server);
    if (!up.ok()) return failed(log, true, up.error());
    Result<std::string> id = server.ask(std::move(task));
    if (!id.ok()) return failed(log, true, id.error());
    server.look_after();  // not before: what is due would be done unasked, and nothing left to tell of
    int status = follow_alone(server, *id);
    server.tell_owner();
    server.drain(Millis(0));
    return status;
}

}  // namespace postern
