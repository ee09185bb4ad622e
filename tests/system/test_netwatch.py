"""Changes of a network, made for real in namespaces: each is told once, what comes again
unchanged is not told, and the daemon is on its feet again at once."""

import os
import signal
import sys
import time

import pytest

import client
import netns
import no_netlink
from harness import BUILD, Child, wait_for
from servers import Toy, serve_all

WATCH = os.path.join(BUILD, "tests/unit/netwatch/watch")
WHY_NOT = netns.why_not() if os.path.exists(WATCH) else "built without netwatch"
pytestmark = pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))

SAME = "7 network: the same as before"


@pytest.fixture
def pair():
    """Two namespaces; the near one's link has 10.53.0.2/24 and is up."""
    made = netns.Pair()
    made.near.ip("address", "add", "10.53.0.2/24", "dev", "eth0")
    made.near.ip("link", "set", "eth0", "up")
    made.near.wait_up("eth0")
    yield made
    made.delete()


class Watch(Child):
    """The program that says what netwatch says."""

    def __init__(self, place, prefix):
        super().__init__([*prefix, WATCH], os.path.join(place, "watch.log"))
        self.wait_log("ready")
        self.seen = len(self.log().splitlines())

    def next(self):
        """The next line."""
        wait_for(f"another line in {self.log_path}",
                 lambda: self.log().count("\n") > self.seen)
        self.seen += 1
        return self.log().splitlines()[self.seen - 1]

    def next_news(self):
        """The next line that tells something."""
        while (line := self.next()) == SAME:
            pass
        return line


@pytest.fixture
def watch(pair, place):
    """It, in the near namespace, after the link has come up."""
    watch = Watch(place, pair.near.prefix())
    yield watch
    watch.check_clean(watch.stop())


CHANGES = [
    ("an address more", ["address", "add", "10.53.0.3/24", "dev", "eth0"],
     "network: 10.53.0.3 appeared on eth0"),
    ("an address less", ["address", "del", "10.53.0.2/24", "dev", "eth0"],
     "network broke: 10.53.0.2 went from eth0"),
    ("an IPv6 address", ["address", "add", "2001:db8::2/64", "dev", "eth0", "nodad"],
     "network: 2001:db8::2 appeared on eth0"),
    ("a default route", ["route", "add", "default", "via", "10.53.0.1"],
     "network broke: an IPv4 default route through eth0 appeared"),
    ("a route", ["route", "add", "198.51.100.0/24", "via", "10.53.0.1"],
     "network: the route to 198.51.100.0/24 through eth0 appeared"),
    ("the link down", ["link", "set", "eth0", "down"],
     "network broke: 10.53.0.2 went from eth0, eth0 went down"),
]


@pytest.mark.parametrize("command,words", [c[1:] for c in CHANGES],
                         ids=[c[0] for c in CHANGES])
def test_a_change_is_told_once(pair, watch, command, words):
    pair.near.ip(*command)
    assert watch.next_news() == words
    # What comes next is the next change.
    pair.near.ip("route", "add", "unreachable", "203.0.113.0/24")
    assert watch.next_news() == \
        "network: the route to 203.0.113.0/24 to nowhere appeared"


def test_back_and_forth(pair, watch):
    pair.near.ip("link", "set", "eth0", "down")
    assert watch.next_news().startswith("network broke: ")
    pair.near.ip("link", "set", "eth0", "up")
    assert watch.next_news() == "network: 10.53.0.2 appeared on eth0, eth0 came up"
    pair.near.ip("route", "add", "default", "via", "10.53.0.1")
    assert watch.next_news().endswith("appeared")
    pair.near.ip("route", "del", "default")
    assert watch.next_news() == \
        "network broke: an IPv4 default route through eth0 went"


def test_the_other_end_is_unplugged(pair, watch):
    pair.far.ip("link", "set", "eth1", "down")
    assert watch.next_news() == "network broke: 10.53.0.2 went from eth0, eth0 went down"


# Each makes the kernel speak, and nothing is another.
WEAK = [
    ("an address refreshed", ["address", "change", "10.53.0.2/24", "dev", "eth0",
                              "valid_lft", "1000", "preferred_lft", "500"]),
    ("lifetimes of IPv6", ["address", "change", "2001:db8::7/64", "dev", "eth0",
                           "valid_lft", "1000", "preferred_lft", "500"]),
    ("deprecated", ["address", "change", "2001:db8::7/64", "dev", "eth0",
                    "valid_lft", "1000", "preferred_lft", "0"]),
    ("an MTU", ["link", "set", "eth0", "mtu", "1400"]),
    ("a link that stays down", ["link", "add", "idle", "type", "veth", "peer", "name",
                                "idle2"]),
    ("a route's MTU", ["route", "change", "198.51.100.0/24", "via", "10.53.0.1", "mtu",
                       "1300"]),
]


@pytest.mark.parametrize("command", [w[1] for w in WEAK], ids=[w[0] for w in WEAK])
def test_what_is_the_same_is_not_told(pair, place, command):
    pair.near.ip("address", "add", "2001:db8::7/64", "dev", "eth0", "nodad")
    pair.near.ip("route", "add", "198.51.100.0/24", "via", "10.53.0.1")
    watch = Watch(place, pair.near.prefix())
    pair.near.ip(*command)
    assert watch.next() == SAME
    watch.check_clean(watch.stop())


# Neighbours and other tables do not even make it look.
UNHEARD = [
    ("a neighbour", ["neigh", "add", "10.53.0.9", "lladdr", "02:00:00:00:00:09", "dev",
                     "eth0"]),
    ("another table", ["route", "add", "default", "via", "10.53.0.1", "table", "77"]),
    ("loopback", ["link", "set", "lo", "down"]),
]


@pytest.mark.parametrize("command", [u[1] for u in UNHEARD], ids=[u[0] for u in UNHEARD])
def test_what_is_not_watched_is_not_heard(pair, watch, command):
    seen = watch.seen
    pair.near.ip(*command)
    pair.near.ip("address", "add", "10.53.0.3/24", "dev", "eth0")
    assert watch.next_news() == "network: 10.53.0.3 appeared on eth0"
    assert watch.seen <= seen + 2


def test_many_changes_are_one(pair, watch):
    pair.near.ip("-batch", batch(watch, 40))
    assert watch.next_news().startswith("network: 10.53.1.")
    pair.near.ip("address", "flush", "dev", "eth0")
    assert watch.next_news().startswith("network broke: ")


def batch(watch, n):
    path = watch.log_path + ".batch"
    with open(path, "w", encoding="ascii") as file:
        file.writelines(f"address add 10.53.1.{i + 1}/16 dev eth0\n" for i in range(n))
    return path


def test_sleep_is_seen(pair, place):
    """A time namespace whose CLOCK_BOOTTIME is ahead, entered while it runs."""
    watch = Watch(place, pair.near.prefix())
    watch.kick(signal.SIGUSR1)
    line = watch.next_news()
    if line == "cannot leap":
        watch.stop()
        pytest.skip("no time namespaces")
    assert line == "leapt"
    assert watch.next_news() == "resumed after 31 s"
    watch.check_clean(watch.stop())


# --- the daemon --------------------------------------------------------------

@pytest.fixture
def far_toy(pair, authority):
    """A DoT server in the far namespace."""
    toy = pair.far.call(lambda: Toy(authority, serve_all, address="10.53.0.1"))
    yield toy
    toy.close()


@pytest.fixture
def near_daemon(pair, far_toy, start):
    """A daemon in the near one."""
    return start([far_toy.upstream("far")], command=pair.near.prefix(),
                 address="127.0.0.1")


def ask(pair, daemon, name):
    """The reply and how long it took."""
    begin = time.monotonic()
    reply = pair.near.call(lambda: client.ask(daemon, name))
    return reply, time.monotonic() - begin


def test_another_address_and_the_daemon_goes_on(pair, far_toy, near_daemon):
    assert client.is_good(ask(pair, near_daemon, "before.test.")[0])
    assert far_toy.handshakes == 1
    pair.near.ip("address", "add", "10.53.0.3/24", "dev", "eth0")
    near_daemon.wait_log("network: 10.53.0.3 appeared on eth0")
    assert client.is_good(ask(pair, near_daemon, "more.test.")[0])
    assert far_toy.handshakes == 1, "one address more is no reason to drop connections"

    pair.near.ip("address", "flush", "dev", "eth0")
    pair.near.ip("address", "add", "10.53.0.4/24", "dev", "eth0")
    reply, took_s = ask(pair, near_daemon, "after.test.")
    assert client.is_good(reply)
    assert took_s < 1.0
    # The answer may come over a connection that was opened for the old one's silence,
    # before the change was told, with a spare one; then all are dropped once more.
    near_daemon.wait_log("10.53.0.2 went from eth0")
    assert client.is_good(ask(pair, near_daemon, "told.test.")[0])
    assert far_toy.handshakes in (2, 3, 4)


def test_no_network_at_start_then_one(pair, far_toy, near_daemon):
    pair.near.ip("link", "set", "eth0", "down")
    near_daemon.wait_log("went down")
    for i in range(3):
        assert client.is_failed(ask(pair, near_daemon, f"early{i}.test.")[0])
    pair.near.ip("link", "set", "eth0", "up")
    near_daemon.wait_log("came up")
    reply, took_s = ask(pair, near_daemon, "early0.test.")
    assert client.is_good(reply)
    assert took_s < 1.0
    assert far_toy.handshakes == 1


@pytest.mark.skipif(no_netlink.why_not() is not None, reason=str(no_netlink.why_not()))
def test_where_netlink_is_forbidden_it_warns_and_goes_on(toy, start):
    sandbox = [sys.executable, no_netlink.__file__]
    daemon = start([toy(serve_all).upstream("u")], command=sandbox)
    assert client.is_good(client.ask(daemon, "sandboxed.test."))
    assert daemon.log().count("netlink: Operation not permitted") == 1
    assert "go unseen" in daemon.log()
