#include "server/front/loop_space.h"

#include "server/base/limits.h"

namespace postern::front {

LoopSpace::LoopSpace() : in(new char[limits::kLoopInput]), out(new char[limits::kLoopOutput]) {}
LoopSpace::~LoopSpace() = default;

Deadlines::Deadlines()
    : handshake(limits::kHandshakeTime),
      head(limits::kHeaderTime),
      body(limits::kBodyTime),
      waiting(limits::kLaterTime),
      streaming(limits::kStreamQuiet),
      idle(limits::kSleepAfter),
      asleep(limits::kIdleTime - limits::kSleepAfter),
      writing(limits::kPaceWindow),
      slow(limits::kSlowWindow),
      linger(limits::kLingerTime) {}

}  // namespace postern::front
