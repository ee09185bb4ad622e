"""One upstream, and the way to it breaks: what a client sees of it. Each bound is what the
project promises, and some for a busy machine."""

import time

import pytest

import asker
import measures
import stage
from harness import wait_for

WHY_NOT = stage.why_not()
pytestmark = [pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT)),
              pytest.mark.parametrize("protocol", ["dot", "doh"])]


def test_path_silently_dead_for_5_s_and_back(authority, protocol, twice):
    twice(lambda: measures.black_hole(authority, protocol),
          lambda r: r.first_s < 0.5 and r.failed_after == 0)


@pytest.mark.parametrize("hedge", ["same_upstream", "off"])
def test_nat_lost_its_state(authority, protocol, hedge, twice):
    """Hedges alone would hide a connection that is dead, for a while."""
    twice(lambda: measures.dead_flow(authority, protocol, hedge),
          lambda r: r.failed == 0 and r.slowest_s < 1.2)


def test_upstream_restarted(authority, protocol, twice):
    twice(lambda: measures.restart(authority, protocol),
          lambda r: r.failed == 0)


def test_no_network_at_start_then_one(authority, protocol):
    """Nobody waits in vain for what cannot be, and it says why."""
    with stage.Stage(authority, protocol, connected=False) as world:
        with asker.Asker(world, 20) as early:
            time.sleep(1)
        assert all(a.rcode == 2 for a in early.all()), early.all()
        assert early.slowest_of_all_s() < 1.0
        assert all("unreachable" in (a.ede or "") for a in early.all()), early.all()[-1]
        with asker.Asker(world, 20) as late:
            world.connect()
            connected_s = time.monotonic()
            wait_for("an answer", lambda: late.has_good_since(connected_s))
            time.sleep(1)
        assert late.first_good_s(connected_s, connected_s) < 1.0
        assert not [a for a in late.failed() if a.sent_s > connected_s + 1.0]
