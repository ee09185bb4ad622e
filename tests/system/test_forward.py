"""Split DNS: each name goes to the servers of its zone, and to nobody else, whatever
becomes of them."""

import copy
import os
import subprocess

import dns.flags
import dns.message
import dns.rcode
import pytest

from client import Later, ask, ede, is_failed, is_good
from harness import free_port, wait_for
from plain_servers import (INSIDE, OTHER, PUBLIC, address, answering, elsewhere,
                           recorder, to)

# --- who is asked ----------------------------------------------------------------

def test_longest_suffix(start, public, plain):
    corp, lab = plain(answering(INSIDE)), plain(answering(OTHER))
    daemon = start([public.upstream("public")],
                   forward=[to("corp.example", corp), to("lab.corp.example", lab)])
    for name, expected in (("www.example.", PUBLIC), ("corp.example.", INSIDE),
                           ("a.b.corp.example.", INSIDE), ("notcorp.example.", PUBLIC),
                           ("lab.corp.example.", OTHER), ("x.lab.corp.example.", OTHER),
                           ("corp.example.org.", PUBLIC), ("CORP.example.", INSIDE)):
        assert address(ask(daemon, name)) == expected, name
    assert corp.names() == {"corp.example.", "a.b.corp.example."}
    assert lab.names() == {"lab.corp.example.", "x.lab.corp.example."}
    assert set(public.seen) == {"www.example.", "notcorp.example.", "corp.example.org."}


def test_dig(start, public, plain):
    server = plain(answering(INSIDE))
    daemon = start([public.upstream("public")], forward=[to("lan", server)])
    out = subprocess.run(["dig", "+short", "+tries=1", "-p", str(daemon.port),
                          "@" + daemon.address, "printer.lan"], check=True,
                         capture_output=True, text=True).stdout
    assert out == INSIDE + "\n"


def test_ds_is_asked_of_the_parent(start, public, plain):
    server = plain()
    daemon = start([public.upstream("public")], forward=[to("corp.example", server)])
    ask(daemon, "corp.example.", "DS")
    ask(daemon, "sub.corp.example.", "DS")
    assert public.seen == ["corp.example."]
    assert server.asked == [("udp", "sub.corp.example.", "DS")]


def test_special_zones_are_not_validated(start, place, public, plain):
    """No chain leads from the root to names of the house; the root says that there are
    none. Those that are not special have one, or are in dnssec_negative, and so have
    those whose key is an anchor."""
    special = ("lan", "corp.internal", "168.192.in-addr.arpa", "home.arpa")
    zones = (*special, "corp.example", "own.lan")
    anchors = os.path.join(place, "anchors")
    with open(anchors, "w", encoding="ascii") as file:
        for zone in (".", "own.lan."):
            file.write(f"{zone} IN DS 20326 8 2 {32 * 'ab'}\n")
    server = plain(answering(INSIDE))
    daemon = start([public.upstream("public")], dnssec="validate", dnssec_anchors=anchors,
                   forward=[to(zone, server) for zone in zones])
    for zone in special:
        for name in (zone, "www." + zone):
            reply = ask(daemon, name, want_dnssec=True)
            assert address(reply) == INSIDE, (name, ede(reply))
            assert not reply.flags & dns.flags.AD
    for name in ("www.corp.example", "www.own.lan"):
        assert is_failed(ask(daemon, name)), name


def test_it_speaks_of_its_zone_alone(start, public, plain):
    """What a cache behind us would take for the bank's address, from a server without
    TLS, is its own name's."""
    daemon = start([public.upstream("public")],
                   forward=[to("corp.example", plain(elsewhere(INSIDE)))])
    for _ in range(2):
        reply = ask(daemon, "www.corp.example.")
        assert address(reply) == INSIDE
        assert "bank" not in reply.to_text() and not reply.authority
    assert address(ask(daemon, "bank.example.")) == PUBLIC


def test_to_a_named_upstream(start, toy, public):
    """Which is asked for that zone alone."""
    seen = []
    vpn = toy(recorder(seen, INSIDE))
    daemon = start([vpn.upstream("vpn"), public.upstream("public")],
                   strategy="round_robin",
                   forward=[{"zone": "corp.example", "upstreams": ["vpn"]}])
    assert daemon.upstream("vpn")["zones"] == ["corp.example."]
    for i in range(10):
        assert address(ask(daemon, f"n{i}.example.")) == PUBLIC
        assert address(ask(daemon, f"n{i}.corp.example.")) == INSIDE
    assert set(seen) == {f"n{i}.corp.example." for i in range(10)}
    assert set(public.seen) == {f"n{i}.example." for i in range(10)}


def test_status_shows_it(start, public, plain):
    server = plain()
    daemon = start([public.upstream("public")], forward=[to("lan", server)])
    ask(daemon, "a.lan.")
    status = daemon.upstream("plain@" + server.place)
    assert (status["protocol"], status["state"]) == ("plain", "good")
    assert status["zones"] == ["lan."] and status["verdict"] is None
    assert status["queries"] == 1 and status["handshakes"] == 0
    assert daemon.upstream("public")["zones"] is None
    text = daemon.ctl("status").stdout
    assert "without TLS [zones: lan.]" in text
    # Whether it works is a matter of those who are asked about all names.
    assert "no upstream was asked yet" in text.splitlines()[0]
    assert is_good(ask(daemon, "www.example."))
    assert "1 of 1 upstreams" in daemon.ctl("status").stdout.splitlines()[0]
    assert "is good: it answers, without TLS" in daemon.log()


# --- servers that fail -----------------------------------------------------------

def test_the_next_server_of_the_zone(start, public, plain):
    """A closed port, a silent one, one that cannot: the third answers."""
    closed = f"127.0.0.1:{free_port('127.0.0.1')}"
    silent = plain(lambda query, how, send: None)
    unable = plain(lambda query, how, send: send(failing(query)))
    good = plain(answering(INSIDE))
    daemon = start([public.upstream("public")], strategy="ordered",
                   forward=[to("lan", closed, silent, unable, good)])
    assert address(ask(daemon, "a.lan.")) == INSIDE
    assert public.seen == []
    assert daemon.upstream("plain@" + closed)["state"] == "unreachable"
    assert daemon.upstream("plain@" + good.place)["state"] == "good"


def failing(query):
    reply = dns.message.make_response(query)
    reply.set_rcode(dns.rcode.SERVFAIL)
    return reply


@pytest.mark.parametrize("silent", [False, True], ids=["closed", "silent"])
def test_dead_servers_have_no_substitute(start, public, plain, silent):
    """SERVFAIL with their names, and not a byte to the upstreams of all names."""
    dead = plain(lambda query, how, send: None)
    if not silent:
        dead.close()
    daemon = start([public.upstream("public")], limits={"timeout": "1s"},
                   forward=[to("lan", dead)])
    for i in range(3):
        reply = ask(daemon, f"a{i}.lan.", use_edns=0)
        assert is_failed(reply)
        code, text = ede(reply)
        assert code in (22, 23) and text.startswith("plain@" + dead.place)
        assert "public" not in text
    assert is_good(ask(daemon, "www.example."))
    assert public.seen == ["www.example."]


def test_dead_upstreams_have_none_either(start, public, plain, toy):
    """Neither a zone's plain server nor its named upstream hears of other names."""
    server, seen = plain(), []
    vpn = toy(recorder(seen))
    daemon = start([public.upstream("public"), vpn.upstream("vpn")],
                   limits={"timeout": "1s"},
                   forward=[to("lan", server),
                            {"zone": "corp.example", "upstreams": ["vpn"]}])
    public.close()
    for i in range(3):
        reply = ask(daemon, f"n{i}.example.", use_edns=0)
        assert is_failed(reply)
        _, text = ede(reply)
        assert "plain@" not in text and "vpn" not in text
    assert is_good(ask(daemon, "a.lan.")) and is_good(ask(daemon, "a.corp.example."))
    assert server.names() == {"a.lan."} and set(seen) == {"a.corp.example."}


def test_a_server_that_comes_back(start, public, plain):
    port = free_port("127.0.0.1")
    daemon = start([public.upstream("public")],
                   forward=[to("lan", f"127.0.0.1:{port}")], limits={"timeout": "1s"})
    assert is_failed(ask(daemon, "a.lan."))
    plain(answering(INSIDE), port=port)
    wait_for("the server", lambda: is_good(ask(daemon, "b.lan.")))
    assert public.seen == []


def test_a_plain_server_is_never_asked_by_name_about_others(start, public, plain):
    server = plain()
    daemon = start([public.upstream("public")], forward=[to("lan", server)])
    name = "plain@" + server.place
    done = daemon.ctl("query", "www.example", "--upstream", name)
    assert "about its own zones alone" in done.stdout + done.stderr
    assert server.asked == []
    assert INSIDE in daemon.ctl("query", "a.lan", "--upstream", name).stdout
    done = daemon.ctl("probe", name, "-c", daemon.path)
    assert done.returncode == 2 and "no certificate to show" in done.stderr
    done = daemon.ctl("query", "a.lan")
    assert INSIDE in done.stdout


# --- reload ----------------------------------------------------------------------

def changed(daemon, **keys):
    config = copy.deepcopy(daemon.config)
    config.update(copy.deepcopy(keys))
    return config


def test_reload_changes_routes(start, public, plain):
    """And forgets what others said of these names, and of no others."""
    one, two = plain(answering(INSIDE)), plain(answering(OTHER))
    daemon = start([public.upstream("public")])
    for name in ("a.corp.example.", "b.corp.example.", "www.example."):
        assert address(ask(daemon, name)) == PUBLIC
    for forward, expected in (([to("corp.example", one)], INSIDE),
                              ([to("corp.example", two)], OTHER),
                              ([to("b.corp.example", two)], PUBLIC)):
        assert daemon.reload(changed(daemon, forward=forward))["ok"]
        assert address(ask(daemon, "a.corp.example.")) == expected
    assert address(ask(daemon, "b.corp.example.")) == OTHER
    assert address(ask(daemon, "www.example.")) == PUBLIC
    assert public.seen.count("www.example.") == 1
    assert daemon.reload(changed(daemon))["ok"]
    assert address(ask(daemon, "b.corp.example.")) == PUBLIC


def test_reload_without_a_change_keeps_what_is_known(start, public, plain):
    server = plain()
    daemon = start([public.upstream("public")], forward=[to("lan", server)])
    ask(daemon, "a.lan.")
    assert daemon.reload(changed(daemon, allow=["loopback"]))["ok"]
    ask(daemon, "a.lan.")
    assert len(server.asked) == 1
    assert daemon.upstream("plain@" + server.place)["queries"] == 1


def test_reload_while_a_question_is_under_way(start, public, plain):
    """It goes to the new servers, and the old ones' answer is not waited for."""
    silent, good = plain(lambda query, how, send: None), plain(answering(INSIDE))
    daemon = start([public.upstream("public")], forward=[to("lan", silent)],
                   limits={"timeout": "20s"})
    later = Later(ask, daemon, "a.lan.")
    wait_for("the question", lambda: silent.asked)
    assert daemon.reload(changed(daemon, forward=[to("lan", good)]))["ok"]
    assert address(later.get()) == INSIDE


def test_a_reload_with_an_error_changes_nothing(start, public, plain):
    server = plain()
    daemon = start([public.upstream("public")], forward=[to("lan", server)])
    answer = daemon.reload(changed(daemon, forward=[to(".", server)]))
    assert not answer["ok"] and "is the root" in answer["error"]
    assert address(ask(daemon, "a.lan.")) == INSIDE
