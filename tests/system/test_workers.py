"""Several workers: clients reach all of them, and what reaches the daemon reaches each."""

import json
import os
import signal
import socket
import threading

import pytest

from client import Later, Tcp, ask, first, is_failed, is_good, make
from harness import Daemon, has_thread_sanitizer, wait_for
from learning import (  # noqa: F401 (fixtures among them)
    change_issuer, fixture_learner, fixture_rival, fixture_roots, fixture_server,
    fixture_third,
)
from plain_servers import PlainServer, answering
from servers import serve_all
from test_reload_load import Changes, check_broken, load_tcp, load_udp, reload, sockets_of

UPSTREAM, PORTAL = "192.0.2.7", "192.0.2.80"
RELOADS = 100


def of_each(daemon):
    return list(daemon.control(command="stats")["workers"].values())


def received(daemon):
    """By each worker, so far."""
    return [one["queries"]["received"] for one in of_each(daemon)]


def ask_everywhere(daemon, name, **options):
    """Each from a port of its own, until every worker was asked."""
    replies, before = [], received(daemon)
    while not all(now > then for now, then in zip(received(daemon), before)):
        assert len(replies) < 500, "a worker that nobody reaches"
        replies += [ask(daemon, name, **options) for _ in range(8)]
    return replies


def tasks(daemon):
    return len(os.listdir(f"/proc/{daemon.process.pid}/task"))


@pytest.fixture
def daemon(start, toy):
    return start([toy(serve_all).upstream("u")], workers=3)


# --- clients -------------------------------------------------------------------------

@pytest.mark.parametrize("workers", [2, 4])
@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
def test_all_answer(start, toy, workers, tcp):
    daemon = start([toy(serve_all).upstream("u")], workers=workers)
    replies = ask_everywhere(daemon, "a.test", tcp=tcp)
    assert all(first(reply) == UPSTREAM for reply in replies)
    status, each = daemon.status(), of_each(daemon)
    assert status["workers"] == len(each) == workers
    assert status["queries"]["received"] == len(replies) == sum(received(daemon))
    # Each asked for itself, and has it in a cache of its own.
    assert status["upstreams"][0]["queries"] == workers == status["cache"]["entries"]
    assert [one["cache_entries"] for one in each] == [1] * workers


def test_one_has_no_thread(start, toy):
    daemon = start([toy(serve_all).upstream("u")])
    assert daemon.status()["workers"] == tasks(daemon) == 1


def test_each_has_a_thread(daemon):
    assert tasks(daemon) == 3 + has_thread_sanitizer()


@pytest.mark.parametrize("cores", [{0}, os.sched_getaffinity(0)], ids=["one", "all"])
def test_auto(start, toy, cores):
    """As many as there are processors that it may use."""
    cores = cores & os.sched_getaffinity(0) or {min(os.sched_getaffinity(0))}
    command = ["taskset", "-c", ",".join(str(core) for core in cores)]
    daemon = start([toy(serve_all).upstream("u")], command=command, workers="auto")
    assert daemon.status()["workers"] == min(len(cores), 8)
    assert daemon.reload() == {"ok": True}, "auto is still auto"


@pytest.mark.parametrize("there_are", [1, 2])
@pytest.mark.parametrize("has, wanted", [(1, "auto"), (2, "auto"), ("auto", 1), ("auto", 2)])
def test_auto_is_a_number(start, toy, there_are, has, wanted):
    """What it is here may stand in its place, and it in that number's."""
    cores = sorted(os.sched_getaffinity(0))[:there_are]
    if len(cores) < there_are:
        pytest.skip("there is one processor")
    command = ["taskset", "-c", ",".join(str(core) for core in cores)]
    daemon = start([toy(serve_all).upstream("u")], command=command, workers=has)
    answer = daemon.reload(dict(daemon.config, workers=wanted))
    assert answer["ok"] == (there_are in (has, wanted)), answer
    assert answer["ok"] or "`workers` changed" in answer["error"]


def test_log_lines_stay_whole(start, toy):
    daemon = start([toy(serve_all).upstream("u")], workers=3, log={"queries": "json"})
    clients = [Later(lambda i=i: [ask(daemon, f"n{n}.{i}.test") for n in range(50)])
               for i in range(4)]
    for one in clients:
        assert all(is_good(reply) for reply in one.get())
    lines = [line for line in daemon.log().splitlines() if ".test" in line]
    assert len(lines) == 200
    assert len({json.loads(line[line.index("{"):])["name"] for line in lines}) == 200


# --- upstreams -----------------------------------------------------------------------

def test_refused_by_all(start, lab):
    """No worker lets a byte of a query go there."""
    daemon = start([dict(lab.upstreams["rival-ca"], name="rival-ca")], tls=lab.tls,
                   workers=3)
    before = lab.counters("rival-ca", "scenario")
    assert all(is_failed(reply) for reply in ask_everywhere(daemon, "example.lab"))
    after = lab.counters("rival-ca", "scenario")
    assert after["query_bytes"] == 0 and after["connections"] - before["connections"] >= 3
    assert daemon.upstream()["state"] == "refused"


def test_status_tells_of_a_refusal(start, lab):
    """By one worker; the others have not asked."""
    daemon = start([dict(lab.upstreams["rival-ca"], name="rival-ca")], tls=lab.tls,
                   workers=4)
    assert is_failed(ask(daemon, "example.lab"))
    upstream = daemon.upstream()
    assert upstream["state"] == "refused" and upstream["verdict"]["reasons"]


def test_one_first_contact(start, server, learner, rival):
    """What binds one worker binds all, who accepts keys accepts them for all."""
    daemon = start([learner], workers=3)
    assert is_good(ask(daemon, "a.test"))
    change_issuer(server, rival)
    before = len(server.wires)
    ask_everywhere(daemon, "b.test")
    failed = [one["queries"]["failed"] > 0 for one in of_each(daemon)]
    assert sorted(failed) == [False, True, True], "its connection is open still"
    assert len(server.wires) == before + 1, "nothing may be sent to the others'"
    assert len(daemon.upstream()["learned"]["refused"]) == 1
    assert daemon.log().count("is not what was learned") == 1

    assert daemon.control(command="accept", upstream="u")["ok"]
    assert all(is_good(reply) for reply in ask_everywhere(daemon, "c.test"))


# --- what is for all -----------------------------------------------------------------

def test_flush(daemon):
    ask_everywhere(daemon, "a.test")
    ask_everywhere(daemon, "b.test")
    assert daemon.control(command="flush", name="a.test")["flushed"] == 3
    assert daemon.status()["cache"]["entries"] == 3
    assert daemon.control(command="flush")["flushed"] == 3
    assert daemon.status()["cache"]["entries"] == 0


def test_bypass(daemon):
    portal = PlainServer(answering(PORTAL))
    ask_everywhere(daemon, "portal.test")
    begun = daemon.control(command="bypass", server=portal.place, for_ms=60000,
                           names=["portal.test"])
    assert begun["ok"], begun
    replies = ask_everywhere(daemon, "portal.test")
    assert {first(reply) for reply in replies} == {PORTAL}
    assert daemon.status()["bypass"]["queries"] == 3
    again = daemon.control(command="bypass", server=portal.place, for_ms=60000,
                           names=["other.test"])
    assert not again["ok"]
    assert daemon.control(command="bypass", end=True)["ended"]
    assert daemon.status()["bypass"] is None
    assert {first(reply) for reply in ask_everywhere(daemon, "portal.test")} == {UPSTREAM}
    assert not daemon.control(command="bypass", end=True)["ended"]
    portal.close()


def test_bypass_ends_by_itself(daemon):
    portal = PlainServer(answering(PORTAL))
    assert daemon.control(command="bypass", server=portal.place, for_ms=1000,
                          names=["portal.test"])["ok"]
    wait_for("its end", lambda: daemon.status()["bypass"] is None)
    assert {first(reply) for reply in ask_everywhere(daemon, "portal.test")} == {UPSTREAM}
    daemon.wait_log("bypass 1 is over")
    assert daemon.log().count("is over") == 1
    portal.close()


def test_hosts(start, toy, place):
    path = os.path.join(place, "hosts")
    with open(path, "w", encoding="ascii") as file:
        file.write("192.0.2.1 box.test\n")
    daemon = start([toy(serve_all).upstream("u")], workers=3, hosts=path)
    assert {first(r) for r in ask_everywhere(daemon, "box.test")} == {"192.0.2.1"}
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write("192.0.2.2 box.test\n")
    os.rename(path + ".new", path)
    daemon.wait_log("has changed; 1 names")
    assert {first(r) for r in ask_everywhere(daemon, "box.test")} == {"192.0.2.2"}


def test_reload_reaches_all(daemon):
    config = dict(daemon.config, local_records=["box.test. 300 IN A 192.0.2.9"])
    assert daemon.reload(config) == {"ok": True}
    assert {first(r) for r in ask_everywhere(daemon, "box.test")} == {"192.0.2.9"}


def test_reload_that_fails_late_changes_nobody(daemon, place):
    """Sockets and upstreams of all are prepared by then."""
    config = dict(daemon.config, local_records=["box.test. 300 IN A 192.0.2.9"],
                  control=place + "/no/such/directory.sock")
    bound = sockets_of(daemon)
    assert not daemon.reload(config)["ok"]
    assert sockets_of(daemon) == bound
    assert {first(r) for r in ask_everywhere(daemon, "box.test")} == {UPSTREAM}


def test_reloads_lose_nothing(start, start_lab, place):
    dot = start_lab("honest")
    upstreams = [dict(dot.upstreams["honest"], name=name, ca_file=dot.tls["ca_file"])
                 for name in ("dot", "doh")]
    daemon = start(upstreams, control=place + "/c0.sock", workers=3)
    changes, stop = Changes(daemon.config, place), threading.Event()
    bound = sockets_of(daemon)
    assert len(bound) == 6
    clients = [Later(load, daemon, stop, letter) for load, letter in
               ((load_udp, "u"), (load_udp, "v"), (load_udp, "w"), (load_tcp, "t"))]
    try:
        for n in range(RELOADS):
            config = changes.config(n)
            assert reload(daemon, config, n), daemon.log()[-1000:]
            daemon.socket = config["control"]
            if n % 10 == 0:
                check_broken(daemon, changes, n)
            assert all(one.thread.is_alive() for one in clients), [c.error for c in clients]
    finally:
        stop.set()
    answered = [one.get() for one in clients]
    queries = daemon.status()["queries"]
    assert queries["failed"] == 0 and queries["answered"] == sum(answered)
    assert sockets_of(daemon) == bound, "the sockets of the address that stayed"


# --- ports ---------------------------------------------------------------------------

@pytest.mark.parametrize("first_has, second_has", [(1, 2), (2, 1), (2, 2), (3, "auto")])
def test_a_port_is_held(start, toy, place, first_has, second_has):
    """Also by somebody who would share it."""
    daemon = start([toy(serve_all).upstream("u")], workers=first_has)
    directory = os.path.join(place, "second")
    os.mkdir(directory)
    second = Daemon(directory, dict(daemon.config, control=directory + "/c.sock",
                                    workers=second_has))
    assert second.process.wait(30) == 1
    assert "Address already in use" in second.log()
    assert f"held by pintle (pid {daemon.process.pid})" in second.log()
    assert is_good(ask(daemon, "a.test"))


def test_a_port_that_is_taken_at_a_reload(daemon):
    host, _, port = daemon.config["listen"][0].rpartition(":")
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        s.bind(("127.0.0.1", 0))
        s.listen()
        taken = f"127.0.0.1:{s.getsockname()[1]}"
        answer = daemon.reload(dict(daemon.config, listen=[f"{host}:{port}", taken]))
        assert not answer["ok"] and "Address already in use" in answer["error"]
    assert daemon.reload(dict(daemon.config, listen=[f"{host}:{port}", taken]))["ok"]
    assert len(daemon.status()["listen"]) == 2


# --- the end -------------------------------------------------------------------------

@pytest.mark.skipif(has_thread_sanitizer(), reason="does not start with such a stack")
def test_no_thread_is_to_be_had(place, make_config, toy):
    """A stack of 100 TiB is none that the system gives."""
    config = make_config([toy(serve_all).upstream("u")], workers=4)
    daemon = Daemon(place, config, ["prlimit", f"--stack={100 << 40}:{100 << 40}"])
    assert daemon.process.wait(30) == 1
    assert "workers: 1 of 4 run" in daemon.log()
    assert not os.path.exists(config["control"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_under_load(daemon, number):
    """With questions under way and connections open, in each worker."""
    ask_everywhere(daemon, "a.test")
    stop = threading.Event()

    def load(letter):
        n = 0
        while not stop.is_set():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                for n in range(n, n + 10):
                    query = make(f"{letter}{n}.test").to_wire()
                    s.sendto(query, (daemon.address, daemon.port))
    clients = [Later(load, letter) for letter in "ab"]
    with Tcp(daemon), Tcp(daemon), Tcp(daemon):
        wait_for("load", lambda: min(received(daemon)) > 50)
        assert daemon.stop(number) == 0
    stop.set()
    for one in clients:
        one.get()
    daemon.check_clean(0)


def test_stop_during_a_question(start, toy):
    """One that will never be answered."""
    def mute(session):
        while session.receive_wire():
            pass
    daemon = start([toy(mute).upstream("u")], workers=3)
    clients = [Later(ask, daemon, f"n{i}.test", timeout_s=1) for i in range(12)]
    wait_for("all wait", lambda: daemon.status()["queries"]["in_flight"] == 12)
    assert daemon.stop() == 0
    for one in clients:
        one.thread.join(30)


def test_reloads_and_a_stop_at_once(daemon):
    for _ in range(20):
        daemon.kick(signal.SIGHUP)
    daemon.wait_log("configuration reloaded")
    daemon.kick(signal.SIGHUP)
    daemon.kick(signal.SIGTERM)
    assert daemon.process.wait(30) == 0
