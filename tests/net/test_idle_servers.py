"""Servers that close what is idle: no question is lost by it, and soon we close first."""

import pytest

import measures
import stage

WHY_NOT = stage.why_not()
pytestmark = pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))


@pytest.mark.parametrize("protocol", ["dot", "doh"])
@pytest.mark.parametrize("idle_s", [2, 5])
def test_server_closes(authority, protocol, idle_s, twice):
    """30 s takes too long for a test; tests/net/measure.py has it."""
    twice(lambda: measures.idle(authority, protocol, idle_s),
          lambda r: r.failed == 0 and r.slowest_s < 0.5 and
          r.by_server_late == 0 and r.by_us_late > 0)


@pytest.mark.parametrize("protocol", ["dot", "doh"])
def test_server_closes_while_we_ask(authority, protocol, twice):
    """After a second, which is as soon as we would; nobody notices."""
    twice(lambda: measures.edge(authority, protocol),
          lambda r: r.failed == 0 and r.slowest_s < 0.5)


@pytest.mark.skipif(stage.why_not("unbound") is not None,
                    reason=str(stage.why_not("unbound")))
def test_server_says_when_it_closes(authority, twice):
    """RFC 7828: it need not be learned."""
    twice(lambda: measures.idle(authority, "dot", 2, program="unbound", rounds=(0, 2)),
          lambda r: r.failed == 0 and r.by_server_late == 0 and r.by_us_late > 0)
