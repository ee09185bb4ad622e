"""A function for each key of pintle.yaml: it starts a daemon, changes that key alone by a
reload and sees what that does, or that it is refused. test_reload_keys.py holds the table
against the rows of the schema."""

import copy
import os
import time
from urllib.parse import urlsplit

import dns.edns
import dns.message
import pytest

from client import Tcp, ask, is_failed, is_good, make
from harness import free_port, random_net, wait_for
from servers import Authority, answer_a, serve_all
from test_bootstrap import NameServer

KEYS = {}
# Far less than limits.timeout.
AT_ONCE_S = 1.5


def key(name):
    def note(function):
        assert name not in KEYS
        KEYS[name] = function
        return function
    return note


class World:
    """What these functions have at hand."""

    def __init__(self, start, toy, authority, place, request):
        self.start, self.toy, self.authority = start, toy, authority
        self.place, self.request = place, request
        self.daemon = None

    def begin(self, upstreams=None, command=(), **keys):
        upstreams = upstreams or [self.toy(serve_all).upstream("u")]
        self.daemon = self.start(upstreams, command=command, **keys)
        return self.daemon

    def changed(self, **keys):
        """The configuration in force with other keys; None takes one out."""
        config = copy.deepcopy(self.daemon.config)
        config.update(copy.deepcopy(keys))
        return {name: value for name, value in config.items() if value is not None}

    def reload(self, **keys):
        config = self.changed(**keys)
        answer = self.daemon.reload(config)
        assert answer == {"ok": True}, answer
        self.daemon.config = config
        self.daemon.socket = config["control"]

    def refuses(self, words, **keys):
        answer = self.daemon.reload(self.changed(**keys))
        assert not answer["ok"] and words in answer["error"], answer

    def change_upstream(self, **keys):
        """The first one's keys."""
        upstream = dict(self.daemon.config["upstreams"][0], **keys)
        upstream = {name: value for name, value in upstream.items() if value is not None}
        self.reload(upstreams=[upstream, *self.daemon.config["upstreams"][1:]])

    def is_good(self, name):
        return is_good(ask(self.daemon, name))

    def is_refused(self, name, *reasons):
        """By all its upstreams, for these reasons."""
        assert is_failed(ask(self.daemon, name))
        verdict = self.daemon.upstream()["verdict"]
        return verdict is not None and set(verdict["reasons"]) >= set(reasons)

    def lab(self, protocol="dot"):
        return self.request.getfixturevalue("start_lab")("honest", protocol=protocol)

    def stranger(self):
        """Another authority."""
        path = os.path.join(self.place, "stranger")
        os.mkdir(path)
        return Authority(path)


def serve(ttl_s):
    def behave(session):
        while (query := session.receive()) is not None:
            session.send(answer_a(query, ttl_s=ttl_s))
    return behave


def mute(session):
    while session.receive() is not None:
        pass


def ttl(w, name):
    return ask(w.daemon, name).answer[0].ttl


# --- clients -------------------------------------------------------------------

@key("listen")
def listen(w):
    net = random_net()
    port = free_port(net + ".1", net + ".2")
    w.begin(listen=[f"{net}.1:{port}"])
    w.reload(listen=[f"{net}.2:{port}"])
    with pytest.raises(ConnectionRefusedError):
        Tcp(w.daemon)
    w.daemon.address = net + ".2"
    assert w.is_good("a.test") and is_good(ask(w.daemon, "b.test", tcp=True))


@key("allow")
def allow(w):
    w.begin()
    assert w.is_good("a.test")
    w.reload(allow=["10.0.0.0/8"])
    assert ask(w.daemon, "a.test").rcode() == 5


@key("workers")
def workers(w):
    """Its own sockets at ports that are in use have been bound."""
    w.begin(workers=2)
    w.refuses("`workers` changed: that needs a restart", workers=3)
    w.reload(workers=2)


@key("control")
def control(w):
    old = w.begin().socket
    w.reload(control=w.place + "/moved.sock")
    assert w.daemon.status()["reloads"] == 1 and not os.path.exists(old)


@key("user")
def user(w):
    """Privileges have been given up for good."""
    w.begin()
    w.refuses("`user` changed: that needs a restart", user="nobody")


@key("state_dir")
def state_dir(w):
    """What the next connection shows is kept there."""
    w.begin()
    w.reload(state_dir=w.place + "/moved")
    assert os.path.isdir(w.place + "/moved")
    assert w.is_good("a.test")
    wait_for("a record", lambda: os.listdir(w.place + "/moved"))


@key("log.level")
def log_level(w):
    w.begin()
    w.reload(log={"level": "error"})
    w.reload(log={"level": "notice"})
    assert "(reload 2)" in w.daemon.log() and "(reload 1)" not in w.daemon.log()


@key("log.queries")
def log_queries(w):
    w.begin()
    assert w.is_good("silent.test")
    w.reload(log={"queries": True})
    assert w.is_good("told.test")
    wait_for("a line", lambda: "told.test" in w.daemon.log())
    assert "silent.test" not in w.daemon.log()


@key("limits.clients")
def limits_clients(w):
    w.begin()
    assert w.is_good("a.test")
    w.reload(limits={"clients": 1})
    with Tcp(w.daemon) as one, Tcp(w.daemon):
        assert one.is_closed()


@key("limits.queries_in_flight")
def limits_queries_in_flight(w):
    w.begin([w.toy(mute).upstream("u")], limits={"timeout": "2s"})
    w.reload(limits={"timeout": "2s", "queries_in_flight": 1})
    with Tcp(w.daemon) as waits:
        waits.send(make("a.test"))
        wait_for("it waits", lambda: w.daemon.status()["queries"]["in_flight"] == 1)
        begin = time.monotonic()
        assert is_failed(ask(w.daemon, "b.test"))
        assert time.monotonic() - begin < AT_ONCE_S


@key("limits.timeout")
def limits_timeout(w):
    w.begin([w.toy(mute).upstream("u")], limits={"timeout": "60s"})
    w.reload(limits={"timeout": "200ms"})
    begin = time.monotonic()
    assert is_failed(ask(w.daemon, "a.test"))
    assert time.monotonic() - begin < AT_ONCE_S


# --- cache -----------------------------------------------------------------------

@key("cache.size")
def cache_size(w):
    w.begin()
    w.reload(cache={"size": 0})
    for _ in range(2):
        assert w.is_good("a.test")
    assert w.daemon.status()["queries"]["asked"] == 2
    w.reload(cache={"size": "1MiB"})
    for _ in range(2):
        assert w.is_good("a.test")
    assert w.daemon.status()["queries"]["asked"] == 3


@key("cache.min_ttl")
def cache_min_ttl(w):
    w.begin([w.toy(serve(5)).upstream("u")])
    assert ttl(w, "a.test") <= 5
    w.reload(cache={"min_ttl": 600})
    assert 590 <= ttl(w, "a.test") <= 600


@key("cache.max_ttl")
def cache_max_ttl(w):
    w.begin([w.toy(serve(3600)).upstream("u")])
    assert ttl(w, "a.test") > 3000
    w.reload(cache={"max_ttl": 60})
    assert ttl(w, "a.test") <= 60


@key("cache.serve_stale")
def cache_serve_stale(w):
    """Off, and then an answer of a second outlives its server."""
    toy = w.toy(serve(1))
    w.begin([toy.upstream("u")], cache={"serve_stale": 0}, limits={"timeout": "300ms"})
    w.reload(cache={"serve_stale": "1d"})
    assert w.is_good("a.test")
    toy.close()
    wait_for("a stale answer", lambda: ttl(w, "a.test") == 30)
    w.reload(cache={"serve_stale": 0})
    assert is_failed(ask(w.daemon, "a.test"))


@key("cache.prefetch")
def cache_prefetch(w):
    """It takes nine seconds, as in test_stale.py."""
    w.begin([w.toy(serve(10)).upstream("u")], cache={"prefetch": False})
    assert w.is_good("a.test")
    w.reload(cache={"prefetch": True})

    def prefetched():
        assert w.is_good("a.test")
        return w.daemon.status()["queries"]["prefetches"] == 1
    wait_for("a prefetch", prefetched)


# --- asking ------------------------------------------------------------------------

@key("edns.padding")
def edns_padding(w):
    sizes = []

    def behave(session):
        while (wire := session.receive_wire()) is not None:
            sizes.append(len(wire))
            session.send(answer_a(dns.message.from_wire(wire)))
    w.begin([w.toy(behave).upstream("u")], edns={"padding": 128})
    assert w.is_good("a.test")
    w.reload(edns={"padding": 500})
    assert w.is_good("b.test")
    assert sizes == [128, 500]


@key("edns.client_subnet")
def edns_client_subnet(w):
    """A client's own never leaves."""
    seen = []

    def behave(session):
        while (query := session.receive()) is not None:
            seen.append([option.to_text() for option in query.options
                         if option.otype == dns.edns.ECS])
            session.send(answer_a(query))
    w.begin([w.toy(behave).upstream("u")])
    subnet = dns.edns.ECSOption("203.0.113.0", 24)
    for name, what in (("a.test", "opt_out"), ("b.test", "strip"), ("c.test", "opt_out")):
        assert is_good(ask(w.daemon, name, use_edns=0, options=[subnet]))
        w.reload(edns={"client_subnet": what})
    assert seen == [[], ["ECS 0.0.0.0/0 scope/0"], []]


def two(w):
    return [w.toy(serve_all).upstream("one"), w.toy(serve_all).upstream("two")]


def answers(w):
    return [u["answers"] for u in w.daemon.status()["upstreams"]]


@key("strategy")
def strategy(w):
    w.begin(two(w), strategy="ordered")
    for i in range(6):
        assert w.is_good(f"a{i}.test")
    assert answers(w) == [6, 0]
    w.reload(strategy="round_robin")
    for i in range(6):
        assert w.is_good(f"b{i}.test")
    assert min(answers(w)) >= 2


@key("hedge")
def hedge(w):
    """What the first leaves lying is asked of the second, or not."""
    def behave(session):
        while (query := session.receive()) is not None:
            if "slow" not in query.question[0].name.to_text():
                session.send(answer_a(query))
    w.begin([w.toy(behave).upstream("one"), w.toy(serve_all).upstream("two")],
            strategy="ordered", hedge="off")
    for i in range(40):
        assert w.is_good(f"a{i}.test")
    assert w.is_good("slow1.test")
    assert w.daemon.status()["queries"]["hedges"] == 0
    w.reload(hedge="any")
    for i in range(40):
        assert w.is_good(f"b{i}.test")
    assert w.is_good("slow2.test")
    assert w.daemon.status()["queries"]["hedges"] == 1


@key("bootstrap")
def bootstrap(w):
    """One that says nothing, and one that knows."""
    lab = w.lab("doh")
    upstream = dict(lab.upstreams["honest-doh"])
    (place,) = upstream.pop("address")
    assert place.endswith(f":{urlsplit(upstream['url']).port}")
    silent, knows = NameServer(None), NameServer(place.rsplit(":", 1)[0])
    try:
        w.begin([upstream], tls=lab.tls, bootstrap=[silent.place],
                limits={"timeout": "500ms"})
        assert is_failed(ask(w.daemon, "a.lab"))
        w.reload(bootstrap=[knows.place], limits={"timeout": "4s"})
        wait_for("an answer", lambda: w.is_good("b.lab"))
        assert knows.asked
    finally:
        silent.close()
        knows.close()


@key("ntp_names")
def ntp_names(w):
    """In 1970 they alone are resolved."""
    at_boot = w.request.getfixturevalue("at_boot")
    lab = w.lab()
    upstream = {name: value for name, value in lab.upstreams["honest"].items()
                if name != "pins"}
    w.daemon = at_boot([upstream], tls=lab.tls, ct={"mode": "off"}, ntp_names=["one.lab"])
    assert is_good(ask(w.daemon, "one.lab")) and is_failed(ask(w.daemon, "two.lab"))
    w.reload(ntp_names=["two.lab"])
    assert is_good(ask(w.daemon, "two.lab")) and is_failed(ask(w.daemon, "three.lab"))
