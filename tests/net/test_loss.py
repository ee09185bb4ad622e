"""A way on which packets are lost."""

import pytest

import measures
import stage

WHY_NOT = stage.why_not()
pytestmark = [pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT)),
              pytest.mark.parametrize("protocol", ["dot", "doh"])]


def test_one_in_a_hundred_lost_each_way(authority, protocol, twice):
    """20 ms there and back. A retransmission alone takes 200 ms and more: most questions
    do not see one."""
    twice(lambda: measures.loss(authority, protocol),
          lambda r: r.failed == 0 and r.p50_ms < 30 and r.p99_ms < 200)
