"""`pintlectl bypass`: the names given go to the server given, in plain DNS, for the time
given; nothing else does, ever."""

import json

import dns.flags
import pytest

from client import Later, ask, first, is_failed
from harness import free_port, wait_for
from plain_servers import PlainServer, address_of, answering, elsewhere
from servers import answer_a

PUBLIC, PORTAL = "203.0.113.1", "192.0.2.80"
NAME = "portal.example."


@pytest.fixture
def public(toy):
    """The upstream: a DoT server with `seen`, the names it was asked."""
    seen = []

    def behave(session):
        while (query := session.receive()) is not None:
            seen.append(query.question[0].name.to_text().lower())
            session.send(answer_a(query, PUBLIC))
    server = toy(behave)
    server.seen = seen
    return server


@pytest.fixture
def portal():
    """A server without TLS that answers everything."""
    server = PlainServer(answering(PORTAL), port=free_port())
    yield server
    server.close()


@pytest.fixture
def daemon(start, public):
    return start([public.upstream("public")])


def begin(daemon, portal, *names, duration="1m"):
    done = daemon.ctl("bypass", "--for", duration, "--server", portal.place, *names)
    assert done.returncode == 0, done.stderr
    return done


def is_over(daemon):
    return daemon.status()["bypass"] is None


# --- what goes there -----------------------------------------------------------------

def test_its_names_and_no_others(daemon, public, portal):
    """Whatever the case of their letters; not what is above, below or beside."""
    begin(daemon, portal, NAME, "Login.Example")
    for name in (NAME, "PORTAL.example.", "login.example."):
        assert first(ask(daemon, name)) == PORTAL
    others = ["example.", "a.portal.example.", "xportal.example.", "portal.example.org."]
    for name in others:
        assert first(ask(daemon, name)) == PUBLIC
    assert portal.names() == {NAME, "login.example."}
    assert set(public.seen) == set(others)


def test_all_types_and_both_transports(daemon, public, portal):
    begin(daemon, portal, NAME)
    for tcp in (False, True):
        assert first(ask(daemon, NAME, tcp=tcp)) == PORTAL
    ask(daemon, NAME, "AAAA")
    ask(daemon, NAME, "HTTPS")
    assert portal.names() == {NAME} and not public.seen


def test_it_speaks_of_its_names_alone(daemon):
    portal = PlainServer(elsewhere(PORTAL), port=free_port())
    begin(daemon, portal, NAME)
    reply = ask(daemon, NAME)
    assert first(reply) == PORTAL and "bank" not in reply.to_text()
    portal.close()


def test_ended_by_hand(daemon, public, portal):
    """Then its names go over TLS again, and nothing of the portal's is left."""
    begin(daemon, portal, NAME)
    assert first(ask(daemon, NAME)) == PORTAL
    n = len(portal.asked)
    done = daemon.ctl("bypass", "--end")
    assert done.returncode == 0 and done.stdout == "ended\n"
    assert is_over(daemon)
    assert first(ask(daemon, NAME)) == PUBLIC
    assert len(portal.asked) == n and public.seen == [NAME]
    done = daemon.ctl("bypass", "--end")
    assert done.returncode == 0 and done.stdout == "there was no bypass\n"


def test_ends_by_itself(daemon, public, portal):
    begin(daemon, portal, NAME, duration="1s")
    assert first(ask(daemon, NAME)) == PORTAL
    wait_for("its end", lambda: is_over(daemon))
    n = len(portal.asked)
    assert first(ask(daemon, NAME)) == PUBLIC
    assert len(portal.asked) == n


def test_cache_before(daemon, public, portal):
    """What the upstream said is not in the portal's way."""
    assert first(ask(daemon, NAME)) == PUBLIC
    begin(daemon, portal, NAME)
    assert first(ask(daemon, NAME)) == PORTAL


def test_a_silent_portal(daemon, public):
    """The upstreams are not asked in its place, and when it is over they are, at once, also
    for who has asked meanwhile."""
    silent = PlainServer(lambda *_: None, port=free_port())
    try:
        begin(daemon, silent, NAME)
        waiting = Later(ask, daemon, NAME)
        wait_for("the question", lambda: silent.asked)
        assert not public.seen
        daemon.ctl("bypass", "--end")
        assert first(waiting.get()) == PUBLIC
    finally:
        silent.close()


def test_without_upstreams(start, portal):
    """Behind a captive portal nobody else can be reached."""
    gone = {"name": "gone", "address": ["127.0.0.1:1"], "auth_name": "gone.example"}
    daemon = start([gone], limits={"timeout": "1s"}, ct={"mode": "off"})
    assert is_failed(ask(daemon, NAME))
    begin(daemon, portal, NAME)
    assert first(ask(daemon, NAME)) == PORTAL
    assert is_failed(ask(daemon, "www.example."))
    daemon.ctl("bypass", "--end")
    assert is_failed(ask(daemon, NAME))
    assert portal.names() == {NAME}


def test_names_answered_here_stay(start, public, portal):
    daemon = start([public.upstream("public")],
                   local_records=[f"{NAME} 60 IN A 192.0.2.9"])
    begin(daemon, portal, NAME, "localhost")
    assert first(ask(daemon, NAME)) == "192.0.2.9"
    assert first(ask(daemon, "localhost")) == "127.0.0.1"
    assert not portal.asked


def test_not_validated(start, public, portal):
    """Nobody signs a portal's answers; all others are validated as ever."""
    daemon = start([public.upstream("public")], dnssec="validate")
    assert is_failed(ask(daemon, NAME))
    begin(daemon, portal, NAME)
    reply = ask(daemon, NAME, want_dnssec=True)
    assert first(reply) == PORTAL and not reply.flags & dns.flags.AD
    assert is_failed(ask(daemon, "www.example."))
    daemon.ctl("bypass", "--end")
    assert is_failed(ask(daemon, NAME))


def test_its_ad_is_nobodys(start, public):
    """Also where an upstream's would be passed on."""
    def behave(query, _, send):
        reply = address_of(query, PORTAL)
        reply.flags |= dns.flags.AD
        send(reply)
    liar = PlainServer(behave, port=free_port())
    try:
        daemon = start([public.upstream("public")], trust_ad=True)
        begin(daemon, liar, NAME)
        reply = ask(daemon, NAME, want_dnssec=True)
        assert first(reply) == PORTAL and not reply.flags & dns.flags.AD
    finally:
        liar.close()


# --- what is seen of it --------------------------------------------------------------

def test_status(daemon, portal):
    assert is_over(daemon)
    begin(daemon, portal, NAME, "login.example")
    ask(daemon, NAME)
    said = daemon.status()["bypass"]
    assert 0 < said.pop("ends_in_ms") <= 60000
    assert said == {"server": portal.place, "names": [NAME, "login.example."], "queries": 1}
    text = daemon.ctl("status").stdout
    assert "WARNING  bypass: for " in text and f"of {portal.place}: {NAME}, login" in text


def test_log(daemon, portal):
    """Each begins and ends with a line, also the tenth of the same."""
    for _ in range(10):
        begin(daemon, portal, NAME)
        daemon.ctl("bypass", "--end")
    log = daemon.log()
    for number in range(1, 11):
        assert (f"bypass {number}: {portal.place} for 60 s in plain DNS, unprotected, for "
                f"{NAME}") in log
        assert f"bypass {number} is over: it was ended by hand" in log
    begin(daemon, portal, NAME, duration="1s")
    wait_for("its end", lambda: "bypass 11 is over: its time has passed" in daemon.log())


def test_query_log(start, public, portal):
    daemon = start([public.upstream("public")], log={"queries": "text"})
    begin(daemon, portal, NAME)
    ask(daemon, NAME)
    assert f"upstream bypass@{portal.place} NOERROR" in daemon.log()


def test_json(daemon, portal):
    said = json.loads(begin(daemon, portal, NAME, "--json").stdout)
    assert said["ok"] and said["bypass"]["server"] == portal.place
    assert json.loads(daemon.ctl("bypass", "--end", "--json").stdout) == {
        "ok": True, "ended": True}


# --- reload, and the end of the daemon -------------------------------------------------

def test_outlives_a_reload(daemon, public, portal):
    """Which may change what its server is in the way of; its end stays."""
    begin(daemon, portal, NAME, duration="2s")
    assert daemon.reload(dict(daemon.config, cache={"size": "1MiB"}))["ok"]
    assert first(ask(daemon, NAME)) == PORTAL
    wait_for("its end", lambda: is_over(daemon))
    assert first(ask(daemon, NAME)) == PUBLIC


def test_does_not_outlive_the_daemon(start, public, portal):
    daemon = start([public.upstream("public")])
    begin(daemon, portal, NAME)
    daemon.end()
    daemon = start(daemon.config)
    assert is_over(daemon) and first(ask(daemon, NAME)) == PUBLIC
    assert not portal.asked


# --- what is refused --------------------------------------------------------------------

@pytest.mark.parametrize("words, said", [
    ([], "usage: "), (["--server", "127.0.0.1"], "usage: "), ([NAME], "usage: "),
    (["--server", "portal.lab", NAME], "not an IP address"),
    (["--server", "127.0.0.1:0", NAME], "not an IP address"),
    (["--server", "0.0.0.0", NAME], "nobody's address"),
    (["--server", "127.0.0.1", "."], "root"),
    (["--server", "127.0.0.1", "a..b"], "not a domain name"),
    (["--server", "127.0.0.1", *["a.example"] * 17], "names"),
    (["--server", "127.0.0.1", "--for", "61m", NAME], "60 minutes"),
    (["--server", "127.0.0.1", "--for", "1ms", NAME], "a time from 1 s"),
    (["--server", "127.0.0.1", "--for", "0s", NAME], "a time from 1 s"),
    (["--server", "127.0.0.1", "--for", "5", NAME], "--for '5' is not a time"),
    (["--server", "127.0.0.1", "--for", "-1s", NAME], "--for '-1s' is not a time"),
    (["--end", NAME], "--end stands alone"), (["--end", "--for", "5m"], "--end stands alone"),
], ids=lambda x: " ".join(x)[:40] if isinstance(x, list) else None)
def test_refused(daemon, words, said):
    done = daemon.ctl("bypass", *words)
    assert done.returncode == 2 and said in done.stderr, done.stderr
    assert is_over(daemon)


def test_pintle_itself(daemon):
    done = daemon.ctl("bypass", "--server", f"{daemon.address}:{daemon.port}", NAME)
    assert done.returncode == 2 and "pintle itself" in done.stderr


def test_one_at_a_time(daemon, portal):
    begin(daemon, portal, NAME)
    done = daemon.ctl("bypass", "--server", "127.0.0.1", "other.example")
    assert done.returncode == 1 and "already" in done.stderr
    assert daemon.status()["bypass"]["names"] == [NAME]


@pytest.mark.parametrize("command", [
    {"names": [5]}, {"names": NAME}, {"names": []}, {"names": None}, {"server": 5},
    {"for_ms": "60000"}, {"for_ms": 1e18}, {"for_ms": -1}, {"end": "yes"}], ids=repr)
def test_refused_of_the_socket(daemon, portal, command):
    asked = {"command": "bypass", "server": portal.place, "for_ms": 60000, "names": [NAME],
             **command}
    answer = daemon.control(**asked)
    if "end" in command:
        assert answer["ok"] and daemon.ctl("bypass", "--end").returncode == 0
    else:
        assert answer["ok"] is False and answer["error"] and is_over(daemon)
