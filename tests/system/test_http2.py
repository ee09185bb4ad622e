"""HTTP/2 that misbehaves: scenarios of the lab with an honest certificate. Whatever
becomes of a connection, the questions asked there are answered: on another one, or by the
next upstream. And where it was the first connection alone, the upstream finds its way back
by itself."""

import re

import pytest

from client import Later, ask, ede, first, is_failed, is_good
from harness import has_sanitizers
from scenarios import listed

GENUINE = "192.0.2.1"
# At most this much more memory than before, whatever is sent.
GROWTH_MAX_KB = 16 * 1024


def by_answers(wanted):
    return [name for name, verdict, answers in listed_h2() if verdict == "accepted"
            and answers == wanted]


def listed_h2():
    """(name, verdict, whether it answers) of each."""
    return [(name, verdict, "no" if name in NEVER else "yes")
            for name, verdict, _ in listed("doh") if name.startswith("h2-")]


# What answers nothing that a resolver could use; scenarios.tsv says the same.
NEVER = ["h2-header-bomb", "h2-data-huge", "h2-data-endless", "h2-data-flood", "h2-429",
         "h2-204", "h2-301", "h2-404", "h2-type-wrong", "h2-type-none", "h2-empty",
         "h2-length-short", "h2-length-long", "h2-gzip", "h2-bad-headers-status"]
# What is allowed, and changes nothing: one connection is enough.
ALLOWED = ["h2-100", "h2-103", "h2-trailers", "h2-dribble", "h2-age", "h2-cookie",
           "h2-settings-streams-1", "h2-settings-table", "h2-window-small",
           "h2-unknown-frame"]
# No fault for which an upstream would be left alone: it is asked again at once.
AT_ONCE = ["h2-goaway", "h2-goaway-close", "h2-goaway-error", "h2-goaway-midway",
           "h2-silent", "h2-refused-stream", "h2-no-end", "h2-settings-streams-0",
           "h2-window-0", "h2-500", "h2-502", "h2-503", "h2-close", "h2-rst-flood",
           "h2-settings-flood", "h2-continuation-flood", "h2-bad-data-zero",
           "h2-bad-preface"]


def start_all(start_lab):
    names = [name for name, verdict, _ in listed_h2() if verdict == "accepted"]
    return start_lab(*names, "honest", protocol="doh")


@pytest.fixture(scope="module")
def h2_lab(start_lab):
    return start_all(start_lab)


@pytest.fixture(scope="module")
def fresh_lab(start_lab):
    """Another one, whose first connections nobody had yet."""
    return start_all(start_lab)


@pytest.fixture
def begin(start, h2_lab):
    """A function that starts a daemon with the upstreams named, of h2_lab by default."""
    def with_names(*names, lab=h2_lab):
        upstreams = [dict(lab.upstreams[name], name=name) for name in names]
        return start(upstreams, tls=lab.tls, ct=lab.ct, strategy="ordered")
    return with_names


def peak_kb(daemon):
    """The most memory that it ever had."""
    with open(f"/proc/{daemon.process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmHWM:\s+(\d+) kB", file.read()).group(1))


def test_lists_agree(h2_lab):
    rows = {row["name"]: row["answers"] for row in h2_lab.rows()}
    del rows["honest-doh"]
    assert rows == {name: answers for name, verdict, answers in listed_h2()
                    if verdict == "accepted"}


LABELS = ["first", "second", "third"]


def ask_at_once(daemon, name):
    """Several questions; all are answered, and so is one after them."""
    asked = [Later(ask, daemon, f"{label}.{name}.lab") for label in LABELS]
    replies = [later.get() for later in asked] + [ask(daemon, f"last.{name}.lab")]
    for reply in replies:
        assert is_good(reply) and first(reply) == GENUINE, f"{reply}\n{daemon.log()}"


@pytest.mark.parametrize("name", by_answers("yes") + by_answers("no"))
def test_answered(begin, h2_lab, name):
    """Questions in flight survive it, and memory is bounded."""
    daemon = begin(name, "honest-doh")
    before = peak_kb(daemon)
    ask_at_once(daemon, name)
    assert h2_lab.counters(name)["handshakes"] > 0
    assert daemon.upstream(name)["verdict"]["accepted"]
    if not has_sanitizers():
        assert peak_kb(daemon) - before < GROWTH_MAX_KB


@pytest.mark.parametrize("name", ALLOWED + AT_ONCE)
def test_asked_again_at_once(begin, fresh_lab, name):
    """With nobody else to ask."""
    daemon = begin(name, lab=fresh_lab)
    before = fresh_lab.counters(name)
    ask_at_once(daemon, name)
    after = fresh_lab.counters(name)
    assert after["queries"] - before["queries"] >= len(LABELS) + 1
    assert daemon.upstream(name)["state"] == "good"
    if name in ALLOWED:
        assert after["handshakes"] - before["handshakes"] == 1


@pytest.mark.parametrize("name", by_answers("no"))
def test_of_no_use(begin, name):
    """SERVFAIL that names it; it is not taken for refused."""
    daemon = begin(name)
    reply = ask(daemon, "example.lab", use_edns=0)
    assert is_failed(reply)
    assert f"{name}: " in ede(reply)[1]
    upstream = daemon.upstream(name)
    assert upstream["verdict"]["accepted"] and upstream["state"] != "refused"


def test_age(begin):
    """What the answer spent in a cache of HTTP is taken from its TTL (RFC 8484, section
    5.1)."""
    reply = ask(begin("h2-age"), "aged.lab")
    assert 230 <= reply.answer[0].ttl <= 240


def test_no_cookies(begin, h2_lab):
    """They are not sent back: that would be answered with 400."""
    daemon = begin("h2-cookie")
    for i in range(3):
        assert is_good(ask(daemon, f"{i}.cookie.lab"))
    assert "cookie" not in h2_lab.counters("h2-cookie")["last_request"]


def test_redirect_is_not_followed(begin, h2_lab):
    daemon = begin("h2-301")
    before = h2_lab.counters("h2-301")["queries"]
    assert is_failed(ask(daemon, "redirect.lab"))
    assert h2_lab.counters("h2-301")["queries"] == before + 1
