"""A changed configuration is taken over whole or not at all; what is under way is not
lost, and nothing is sent by a policy that is gone."""

import copy
import os
import re
import shutil
import signal
import socket
import stat
import time

import pytest

from client import Later, Tcp, ask, first, is_failed, is_good, make
from harness import Daemon, free_port, random_net, wait_for
from servers import answer_a, openssl, serve_all

WRONG_PIN = "sha256//" + 43 * "A" + "="


@pytest.fixture
def two(lab):
    """The honest upstream, and how it is told by pins that do not match."""
    honest = dict(lab.upstreams["honest"], name="honest")
    return honest, dict(honest, pins=[WRONG_PIN])


def changed(daemon, **keys):
    """The configuration that is in force, with other keys."""
    config = copy.deepcopy(daemon.config)
    config.update(copy.deepcopy(keys))
    return config


def hup(daemon, config):
    """By signal; waits until it is done."""
    daemon.write_config(config)
    reloads, failures = daemon.status()["reloads"], daemon.log().count("not changed")
    daemon.kick(signal.SIGHUP)
    wait_for("the reload", lambda: daemon.status()["reloads"] > reloads
             or daemon.log().count("not changed") > failures)


@pytest.fixture(params=["hup", "pintlectl"])
def reload(request):
    """A function that reloads, one way or the other; True if it was taken over."""
    def by_signal(daemon, config):
        before = daemon.status()["reloads"]
        hup(daemon, config)
        return daemon.status()["reloads"] == before + 1

    def by_command(daemon, config):
        daemon.write_config(config)
        return daemon.ctl("reload").returncode == 0
    return by_signal if request.param == "hup" else by_command


# --- taken over ------------------------------------------------------------------

def test_reload(daemon, reload):
    assert is_good(ask(daemon, "example.lab"))
    assert reload(daemon, changed(daemon, limits={"timeout": "1s"}))
    assert is_good(ask(daemon, "another.lab"))
    assert daemon.status()["reloads"] == 1
    assert "configuration reloaded" in daemon.log()


def test_same_upstream_keeps_its_connection(daemon, lab, reload):
    """And the cache, if its size is the same."""
    before = lab.counters()
    ask(daemon, "example.lab")
    for i in range(3):
        assert reload(daemon, changed(daemon, allow=["loopback", f"10.0.{i}.0/24"]))
        assert is_good(ask(daemon, "example.lab"))
        assert is_good(ask(daemon, f"n{i}.lab"))
    assert daemon.upstream()["handshakes"] == 1
    counts = lab.counters()
    assert counts["handshakes"] - before["handshakes"] == 1
    assert counts["queries"] - before["queries"] == 4


def test_listen_address_added_and_removed(start, honest, lab, reload):
    net = random_net()
    port = free_port(net + ".1", net + ".2")
    one, other = f"{net}.1:{port}", f"{net}.2:{port}"

    class Other:
        address = net + ".2"
    Other.port = port
    daemon = start([honest], tls=lab.tls, listen=[one])
    kept = Tcp(daemon)
    assert reload(daemon, changed(daemon, listen=[one, other]))
    for tcp in (False, True):
        assert is_good(ask(daemon, "example.lab", tcp=tcp))
        assert is_good(ask(Other, "example.lab", tcp=tcp))
    assert daemon.status()["listen"] == [one, other]
    assert reload(daemon, changed(daemon, listen=[one]))
    assert is_good(ask(daemon, "example.lab"))
    with pytest.raises(ConnectionRefusedError):
        Tcp(Other)
    # The address that stayed has kept its client.
    query = make("example.lab")
    kept.send(query)
    assert kept.receive().id == query.id
    kept.close()


def test_address_removed_with_queries_waiting(start, honest, lab):
    net = random_net()
    port = free_port(net + ".1", net + ".2")
    one, other = f"{net}.1:{port}", f"{net}.2:{port}"
    daemon = start([honest], tls=lab.tls, listen=[other, one], limits={"timeout": "2s"})
    with Tcp(daemon) as tcp:
        tcp.send(make("slow.lab"))
        lost = Later(ask, daemon, "other.slow.lab", timeout_s=1)
        wait_for("both wait", lambda: daemon.status()["queries"]["in_flight"] == 2)
        assert daemon.reload(changed(daemon, listen=[one]))["ok"]
        assert is_good(tcp.receive()), "the client of the closed address stays"
    with pytest.raises(Exception):
        lost.get()


def test_limits_and_allow_take_effect(daemon, reload):
    ask(daemon, "example.lab")
    assert reload(daemon, changed(daemon, allow=["10.0.0.0/8"]))
    assert ask(daemon, "example.lab").rcode() == 5
    assert reload(daemon, changed(daemon, limits={"timeout": "200ms"}))
    assert is_failed(ask(daemon, "drop.lab", timeout_s=3))


def test_cache_size_changes(daemon, reload):
    ask(daemon, "example.lab")
    waiting = Later(ask, daemon, "slow.lab")
    wait_for("it waits", lambda: daemon.status()["queries"]["in_flight"] == 1)
    assert reload(daemon, changed(daemon, cache={"size": 0}))
    assert is_good(waiting.get())
    assert daemon.status()["cache"]["size_bytes"] == 0
    assert is_good(ask(daemon, "example.lab"))


def test_upstream_replaced(start, toy, authority):
    """Under the same name, at another address."""
    old, new = toy(serve_all), toy(
        lambda s: [s.send(answer_a(q, "192.0.2.8")) for q in iter(s.receive, None)])
    daemon = start([old.upstream("u")])
    assert first(ask(daemon, "one.test")) == "192.0.2.7"
    assert daemon.reload(changed(daemon, upstreams=[new.upstream("u")]))["ok"]
    assert first(ask(daemon, "two.test")) == "192.0.2.8"
    wait_for("the old connection to be closed", lambda: not old.open)


def test_order_changes(start, toy):
    """The same two, the other way round: both keep their connections."""
    one, two = toy(serve_all), toy(serve_all)
    both = [one.upstream("one"), two.upstream("two")]
    daemon = start(both, strategy="ordered")
    for name in ("one", "two"):
        daemon.control(command="query", name="x.test", upstream=name)
    assert daemon.reload(changed(daemon, upstreams=both[::-1]))["ok"]
    assert is_good(ask(daemon, "y.test"))
    assert daemon.upstream("two")["answers"] == 2
    assert one.handshakes == two.handshakes == 1


def test_control_moves(daemon, place, reload):
    """The new socket is there before the old one goes; whoever waits on that is heard."""
    old, new = daemon.socket, place + "/moved/other.sock"
    with socket.socket(socket.AF_UNIX) as kept:
        kept.settimeout(20)
        kept.connect(old)
        kept.sendall(b'{"command": ')
        daemon.write_config(changed(daemon, control=new))
        daemon.kick(signal.SIGHUP)
        wait_for("the new socket", lambda: os.path.exists(new))
        daemon.socket = new
        wait_for("an end of the old one", lambda: not os.path.exists(old))
        kept.sendall(b'"status"}\n')
        assert b'"reloads":1' in kept.recv(65536)
    assert stat.S_IMODE(os.stat(new).st_mode) == 0o660
    assert reload(daemon, changed(daemon, control=new, limits={"clients": 9}))
    assert daemon.ctl("status").returncode == 0
    # And back, by a client of the socket that goes.
    answer = daemon.reload(changed(daemon, control=old))
    assert answer["ok"] and not os.path.exists(new)
    daemon.socket = old
    assert daemon.status()["reloads"] == 3


def test_control_of_another_daemon(daemon, honest, lab, make_config, place):
    """It is not taken over, and nothing else of that configuration is."""
    other_place = place + "/other"
    os.mkdir(other_place)
    other = make_config([honest], tls=lab.tls, control=other_place + "/control.sock")
    second = Daemon(other_place, other).wait_ready()
    try:
        answer = daemon.reload(changed(daemon, control=second.socket, log={"level": "error"}))
        assert not answer["ok"] and "another pintle answers there" in answer["error"]
        assert second.status()["ok"] and daemon.status()["reloads"] == 0
        assert is_good(ask(daemon, "example.lab"))
    finally:
        second.end()


# --- policy ----------------------------------------------------------------------

def test_changed_pins_close_the_connection(start, lab, two, reload):
    """Not a byte more by the policy that is gone."""
    right, wrong = two
    daemon = start([right], tls=lab.tls)
    assert is_good(ask(daemon, "example.lab"))
    assert reload(daemon, changed(daemon, upstreams=[wrong]))
    before = lab.counters()["query_bytes"]
    for i in range(3):
        assert is_failed(ask(daemon, f"pins{i}.lab"))
    assert lab.counters()["query_bytes"] == before
    assert daemon.upstream()["verdict"]["reasons"] == ["pin_mismatch"]
    assert reload(daemon, changed(daemon, upstreams=[right]))
    assert is_good(ask(daemon, "pins0.lab")), "nor is the failure remembered"


@pytest.mark.parametrize("change", [
    {"auth_name": "other.lab"}, {"pins": [WRONG_PIN]}, {"ca_file": "stranger-root.pem"},
], ids=lambda change: next(iter(change)))
def test_reload_during_the_handshake(start, lab, change):
    """The server takes 1.5 s for its ServerHello. Asked under the old policy; before
    the handshake ends there is another one, which refuses: never a query byte."""
    right = dict(lab.upstreams["stall"], name="stall")
    change = dict(change)
    if "ca_file" in change:
        change["ca_file"] = os.path.join(lab.directory, change["ca_file"])
    before = lab.counters("stall")
    daemon = start([right], tls=lab.tls)
    query = Later(ask, daemon, "example.lab")

    def in_handshake():
        return (daemon.upstream()["connection"]["state"] == "handshake"
                and lab.counters("stall")["connections"] > before["connections"])
    wait_for("the handshake", in_handshake)
    assert daemon.reload(changed(daemon, upstreams=[dict(right, **change)]))["ok"]
    assert is_failed(query.get())
    assert daemon.upstream()["state"] == "refused"
    assert lab.counters("stall")["query_bytes"] == before["query_bytes"]


def test_stalled_handshake_ends_well(start, lab):
    """The twin: the same reload without a change of policy."""
    right = dict(lab.upstreams["stall"], name="stall")
    daemon = start([right], tls=lab.tls)
    query = Later(ask, daemon, "example.lab")
    wait_for("the handshake",
             lambda: daemon.upstream()["connection"]["state"] == "handshake")
    assert daemon.reload(changed(daemon, limits={"clients": 7}))["ok"]
    assert is_good(query.get())


def roots(place, source):
    """A copy of a bundle that a test may change."""
    path = os.path.join(place, "roots.pem")
    shutil.copy(source, path + ".new")
    os.rename(path + ".new", path)
    return path


def test_roots_file_changed(start, place, lab, two):
    """The same path, other roots in it: the connection by the old ones is closed."""
    honest = {key: two[0][key] for key in ("name", "address", "auth_name")}
    path = roots(place, lab.tls["ca_file"])
    daemon = start([honest], tls={"ca_file": path})
    assert is_good(ask(daemon, "example.lab"))
    before = lab.counters()["query_bytes"]
    roots(place, os.path.join(lab.directory, "stranger-root.pem"))
    assert daemon.reload()["ok"]
    assert is_failed(ask(daemon, "roots.lab"))
    assert daemon.upstream()["verdict"]["reasons"] == ["pkix_untrusted"]
    assert lab.counters()["query_bytes"] == before
    roots(place, lab.tls["ca_file"])
    assert daemon.reload()["ok"]
    assert is_good(ask(daemon, "roots.lab"))


@pytest.mark.parametrize("early", [False, True], ids=["started", "starting"])
def test_directory_unchanged(start, place, lab, two, early):
    """The connection stays, once the start is over and it is known what was there then;
    before that, nobody can say that it is the same."""
    honest = {key: two[0][key] for key in ("name", "address", "auth_name")}
    path = os.path.join(place, "certs")
    os.mkdir(path)
    with open(lab.tls["ca_file"], encoding="ascii") as bundle:
        for i, text in enumerate(bundle.read().split("-----END CERTIFICATE-----\n")[:-1]):
            with open(f"{path}/root{i}.pem", "w", encoding="ascii") as file:
                file.write(text + "-----END CERTIFICATE-----\n")
    openssl("rehash", path, cwd=place)
    # What was changed within the second of the start may have changed after it.
    changed_s = os.stat(path).st_ctime
    wait_for("another second", lambda: time.time() >= changed_s // 1 + 1)
    daemon = start([honest], tls={"ca_path": path})
    assert is_good(ask(daemon, "example.lab"))
    if not early:
        wait_for("the stamps", lambda: daemon.status()["uptime_s"] >= 2)
    before = lab.counters()["connections"]
    assert daemon.reload()["ok"]
    assert is_good(ask(daemon, "again.example.lab"))
    assert lab.counters()["connections"] == before + (1 if early else 0)


def test_root_removed_from_the_directory(start, place, lab, two):
    """A root that was read from a hashed directory is forgotten with it."""
    honest = {key: two[0][key] for key in ("name", "address", "auth_name")}
    directory = os.path.join(place, "certs")
    os.mkdir(directory)
    with open(lab.tls["ca_file"], encoding="ascii") as bundle:
        certificates = re.findall("-----BEGIN.*?END CERTIFICATE-----\n", bundle.read(),
                                  re.DOTALL)
    for i, certificate in enumerate(certificates):
        with open(f"{directory}/root{i}.pem", "w", encoding="ascii") as file:
            file.write(certificate)
    with open(directory + "/other.pem", "wb") as file:
        file.write(open(os.path.join(lab.directory, "stranger-root.pem"), "rb").read())
    openssl("rehash", directory, cwd=place)
    daemon = start([honest], tls={"ca_path": directory})
    assert is_good(ask(daemon, "example.lab"))
    before = lab.counters()["query_bytes"]
    for i in range(len(certificates)):
        os.unlink(f"{directory}/root{i}.pem")
    openssl("rehash", directory, cwd=place)
    assert daemon.reload()["ok"]
    assert is_failed(ask(daemon, "roots.lab"))
    assert lab.counters()["query_bytes"] == before


# --- not at all --------------------------------------------------------------------

def broken_configs(place):
    """What a reload must not take over, and what it says."""
    return {
        "syntax": ("listen: [", "{path}:2:1: "),
        "unknown key": ('{{"listen": {listen}, "upstreamz": []}}', "{path}:1:"),
        "bad pin": ({"upstreams": [{"name": "u", "address": ["127.0.0.1"],
                                    "pins": ["sha256//short"]}]}, "{path}:"),
        "no upstream": ({"upstreams": []}, "{path}:"),
        "ct": ({"ct": {"mode": "always"}}, "{path}:"),
        "no log list": ({"ct": {"log_list": place + "/none.json"}}, place + "/none.json"),
        "no roots": ({"tls": {"ca_file": place + "/none.pem"}}, place + "/none.pem"),
        "no roots directory": ({"tls": {"ca_path": place + "/none"}}, place + "/none"),
        "user": ({"user": "nobody"}, "`user` changed: that needs a restart"),
        "control is a file": ({"control": place + "/pintle.yaml"},
                              "control: cannot listen on " + place + "/pintle.yaml"),
        "control nowhere": ({"control": place + "/no/such/other.sock"},
                            "control: cannot listen on " + place + "/no/such/other.sock"),
        "control too long": ({"control": place + "/" + 100 * "c"}, "{path}:"),
    }


@pytest.mark.parametrize("name", list(broken_configs("")))
def test_not_taken_over(daemon, lab, place, name, reload):
    """The old configuration goes on, connection and all; log and answer say why."""
    broken, words = broken_configs(place)[name]
    words = words.replace("{path}", daemon.path)
    ask(daemon, "example.lab")
    before = daemon.status()
    config = broken if isinstance(broken, str) else changed(daemon, **broken)
    assert not reload(daemon, config)
    assert words in daemon.log()
    answer = daemon.reload()
    assert not answer["ok"] and words in answer["error"], answer
    done = daemon.ctl("reload")
    assert done.returncode == 78 and words in done.stderr
    after = daemon.status()
    for key in ("listen", "reloads", "config"):
        assert after[key] == before[key]
    for i in range(3):
        assert is_good(ask(daemon, f"still{i}.lab"))
    # Where the machine is busy another one may have been opened beside it.
    upstream = daemon.upstream()
    assert upstream["connections"] >= upstream["handshakes"] - upstream["replaced"] >= 1
    assert upstream["lost"] == 0


def test_file_gone(daemon):
    os.unlink(daemon.path)
    answer = daemon.reload()
    assert not answer["ok"] and daemon.path in answer["error"]
    assert is_good(ask(daemon, "example.lab"))


def test_half_of_it_is_not_bound(start, honest, lab):
    """A new address that could be bound is given back when another cannot."""
    net = random_net()
    port = free_port(net + ".1", net + ".2")
    daemon = start([honest], tls=lab.tls, listen=[f"{net}.1:{port}"])
    listen = [f"{net}.1:{port}", f"{net}.2:{port}", f"{net}.3:{port}"]
    with socket.socket() as taken:
        taken.bind((net + ".3", port))
        taken.listen()
        assert not daemon.reload(changed(daemon, listen=listen))["ok"]

    class Other:
        address = net + ".2"
    Other.port = port
    with pytest.raises(ConnectionRefusedError):
        Tcp(Other)
    assert daemon.reload(changed(daemon, listen=listen[:2]))["ok"]
    assert is_good(ask(Other, "example.lab"))


# --- under way ---------------------------------------------------------------------

def test_queries_over_a_reload(daemon, reload):
    ask(daemon, "example.lab")
    clients = [Later(ask, daemon, f"r{i}.slow.lab", tcp=i % 2 == 0) for i in range(20)]
    wait_for("all wait", lambda: daemon.status()["queries"]["in_flight"] == 20)
    assert reload(daemon, changed(daemon, limits={"clients": 500}))
    for one in clients:
        assert is_good(one.get())


def test_queries_over_a_changed_upstream(start, lab, two):
    """Their connection is closed; they are asked again, on the new one."""
    right, _ = two
    daemon = start([right], tls=lab.tls)
    ask(daemon, "example.lab")
    clients = [Later(ask, daemon, f"c{i}.slow.lab") for i in range(20)]
    wait_for("all wait", lambda: daemon.status()["queries"]["in_flight"] == 20)
    other = dict(right, pins=right["pins"] + [WRONG_PIN])
    assert daemon.reload(changed(daemon, upstreams=[other]))["ok"]
    for one in clients:
        assert is_good(one.get())
    assert daemon.upstream()["handshakes"] == 1


def test_upstream_removed_with_queries_waiting(start, toy):
    """The other one is asked instead."""
    mute = toy(lambda s: [0 for _ in iter(s.receive_wire, None)])
    good = toy(serve_all)
    both = [mute.upstream("mute"), good.upstream("good")]
    daemon = start(both, limits={"timeout": "20s"})
    query = Later(ask, daemon, "example.test")
    wait_for("it waits", lambda: daemon.upstream("mute")["queries"] == 1)
    assert daemon.reload(changed(daemon, upstreams=both[1:]))["ok"]
    assert is_good(query.get())
