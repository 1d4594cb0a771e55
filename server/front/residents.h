// Those who live on a loop beside its connections: the loop's side of net::Reactor. For loop.cpp alone.
#pragma once

#include <memory>
#include <vector>

#include "server/front/loop_space.h"
#include "server/net/poller.h"
#include "server/net/reactor.h"

namespace postern::front {

class Residents final : public net::Reactor {
public:
    Residents(net::Poller& poller, const LoopSpace& space) : poller_(poller), space_(space) {}
    ~Residents() override { leave(); }

    SteadyTime now() const override { return space_.now; }
    Result<void> watch(int fd, net::Watched& who) override { return poller_.watch(fd, who); }
    void adopt(std::shared_ptr<net::Resident> who) override { all_.push_back(std::move(who)); }
    void bury(std::unique_ptr<net::Watched> who) override { graveyard_.push_back(std::move(who)); }

    Millis until_next(SteadyTime now) const;  // negative: nobody has a deadline
    void end_turn();                          // events of it are done with: deadlines, the dead, those whom nobody needs
    void leave();

private:
    net::Poller& poller_;
    const LoopSpace& space_;
    std::vector<std::shared_ptr<net::Resident>> all_;
    std::vector<std::unique_ptr<net::Watched>> graveyard_;
};

}  // namespace postern::front
