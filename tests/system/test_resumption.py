"""Sessions that are resumed: only where the upstream that got the ticket comes back to
the address it got it from, under the same rules."""

import ssl

import dns.rcode

from client import ask, is_failed, is_good
from harness import wait_for
from servers import serve_all
from test_upstreams import with_rcode


def is_connected(daemon, name=None):
    return daemon.upstream(name)["connection"]["state"] == "open"


def reconnect(daemon, server, names=(None,)):
    """The connections end, so that the next question opens others."""
    server.drop_clients()
    wait_for("the end of connections", lambda: all(
        not is_connected(daemon, name) for name in names))


def is_resumed(daemon, name=None):
    return daemon.upstream(name)["verdict"]["resumed"]


def test_comes_back(start, toy):
    """And status says so, in JSON and in words."""
    server = toy(serve_all)
    daemon = start([server.upstream("u")])
    assert is_good(ask(daemon, "one.test"))
    assert server.resumed == 0 and not is_resumed(daemon)
    assert "accepted, resumed" not in daemon.ctl("status").stdout
    for i in range(3):
        reconnect(daemon, server)
        assert is_good(ask(daemon, f"again{i}.test"))
        assert server.resumed == i + 1 and is_resumed(daemon)
    assert "accepted, resumed" in daemon.ctl("status").stdout
    verdict = daemon.upstream()["verdict"]
    assert verdict["accepted"] and verdict["pkix"]["chain"], verdict


def test_not_in_tls_1_2(start, toy):
    server = toy(serve_all)
    server.context.maximum_version = ssl.TLSVersion.TLSv1_2
    daemon = start([server.upstream("u")])
    for i in range(3):
        assert is_good(ask(daemon, f"n{i}.test"))
        reconnect(daemon, server)
    assert server.handshakes == 3 and server.resumed == 0


def test_another_address(start, toy, authority):
    """Which has the same key, and would take the ticket."""
    one, two = toy(serve_all), toy(serve_all)
    two.context = one.context
    daemon = start([authority.upstream("u", one.address, two.address)])
    assert is_good(ask(daemon, "one.test"))
    used, other = (one, two) if one.handshakes else (two, one)
    used.close()
    wait_for("its end", lambda: not is_connected(daemon))
    wait_for("an answer", lambda: is_good(ask(daemon, "two.test")))
    assert other.handshakes == 1 and other.resumed == 0
    reconnect(daemon, other)
    wait_for("an answer", lambda: is_good(ask(daemon, "three.test")))
    assert other.resumed == 1


def test_another_upstream_of_the_same_server(start, toy):
    """Each one has its own tickets."""
    server = toy(with_rcode(dns.rcode.SERVFAIL))
    daemon = start([server.upstream("a"), server.upstream("b")])
    assert is_failed(ask(daemon, "one.test"))
    assert server.handshakes == 2 and server.resumed == 0
    reconnect(daemon, server, ("a", "b"))
    assert is_failed(ask(daemon, "two.test"))
    assert server.handshakes == 4 and server.resumed == 2


def test_another_name_of_the_same_server(start, toy):
    """One upstream has a ticket; the other, which wants another name, is refused."""
    server = toy(with_rcode(dns.rcode.SERVFAIL))
    other = dict(server.upstream("other"), auth_name="other.test")
    daemon = start([server.upstream("right"), other])
    assert is_failed(ask(daemon, "one.test"))
    wait_for("a refusal", lambda: daemon.upstream("other")["verdict"])
    assert daemon.upstream("other")["verdict"]["reasons"] == ["name_mismatch"]
    assert server.resumed == 0 and not is_resumed(daemon, "other")
    reconnect(daemon, server, ("right",))
    assert is_failed(ask(daemon, "two.test"))
    assert server.resumed == 1 and is_resumed(daemon, "right")


def test_reload(start, toy):
    """Of whatever: roots and lists are read anew."""
    server = toy(serve_all)
    daemon = start([server.upstream("u")])
    assert is_good(ask(daemon, "one.test"))
    assert daemon.reload()["ok"]
    reconnect(daemon, server)
    assert is_good(ask(daemon, "two.test"))
    assert server.handshakes == 2 and server.resumed == 0
    reconnect(daemon, server)
    assert is_good(ask(daemon, "three.test"))
    assert server.resumed == 1


def test_reload_with_another_policy(start, toy):
    """The key of the server is denied from now on: its ticket does not help it."""
    server = toy(serve_all)
    daemon = start([server.upstream("u")])
    assert is_good(ask(daemon, "one.test"))
    pin = daemon.upstream()["verdict"]["pkix"]["chain"][0]["pin"]
    tls = dict(daemon.config.get("tls", {}), deny=[pin])
    assert daemon.reload(dict(daemon.config, tls=tls))["ok"]
    assert is_failed(ask(daemon, "two.test"))
    assert server.resumed == 0
    assert daemon.upstream()["verdict"]["reasons"] == ["pkix_denied"]


def test_reload_with_another_log_list(start, lab, honest, edit_list):
    """Whose logs are rejected: the SCTs that let the upstream in count no more."""
    def reject(content):
        for operator in content["operators"]:
            for log in operator["logs"]:
                log["state"] = {"rejected": {"timestamp": "2020-01-01T00:00:00Z"}}

    daemon = start([dict(honest, ct="require")], tls=lab.tls, ct=lab.ct)
    assert is_good(ask(daemon, "one.example.lab"))
    before = lab.counters("honest")
    ct = dict(lab.ct, log_list=edit_list(lab, reject))
    assert daemon.reload(dict(daemon.config, ct=ct))["ok"]
    assert is_failed(ask(daemon, "two.example.lab"))
    after = lab.counters("honest")
    assert after["resumed"] == before["resumed"]
    assert after["query_bytes"] == before["query_bytes"]
    verdict = daemon.upstream()["verdict"]
    assert not verdict["accepted"] and verdict["reasons"][0].startswith("ct_"), verdict
