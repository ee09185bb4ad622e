"""Two upstreams, and the first is gone: nobody notices."""

import pytest

import measures
import stage

WHY_NOT = stage.why_not()
pytestmark = [pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT)),
              pytest.mark.parametrize("protocol", ["dot", "doh"])]


@pytest.mark.parametrize("how", ["hole", "kill"])
def test_first_of_two(authority, protocol, how, twice):
    twice(lambda: measures.second_of_two(authority, protocol, how, "ordered"),
          lambda r: r.failed == 0 and r.slowest_s < 2.0)
