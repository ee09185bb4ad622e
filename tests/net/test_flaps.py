"""A day of a bad line in a minute: whatever goes away comes back, and nothing piles up."""

import pytest

import measures
import stage
from harness import has_sanitizers

WHY_NOT = stage.why_not()
pytestmark = pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))

FLAPS = 100
# What was once free is used again: an allocator keeps some.
RSS_KIB_MORE = 1024


def test_nothing_grows(authority):
    r = measures.flaps(authority, FLAPS)
    assert r.fds_after <= r.fds_before + 4, r
    # A sanitizer keeps what was freed.
    assert has_sanitizers() or r.rss_after_kib <= r.rss_before_kib + RSS_KIB_MORE, r
    # A change of state is a line, and what repeats is counted.
    assert r.log_lines <= FLAPS, r
    assert r.works_after, r
