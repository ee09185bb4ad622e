"""Questions that wait while another policy comes: what they are told, and what is
remembered of it, is by the new one."""

import threading

import pytest

from client import Later, ask, first, is_failed, is_good
from harness import wait_for
from reload_keys_names import Plain, plain
from servers import answer_a


class Gate:
    """A server that keeps what it is asked of slow.* until it may go on."""

    def __init__(self, toy, address="192.0.2.7"):
        self.open = threading.Event()
        self.address = address
        self.upstream = toy(self.behave).upstream("u")

    def behave(self, session):
        while (query := session.receive()) is not None:
            if query.question[0].name.to_text().lower().startswith("slow."):
                self.open.wait(20)
            session.send(answer_a(query, self.address))


@pytest.fixture
def gate(toy):
    one = Gate(toy)
    yield one
    one.open.set()


def waiting(daemon, name):
    """It is asked by two, over UDP and TCP."""
    asked = [Later(ask, daemon, name, tcp=tcp, want_dnssec=True) for tcp in (False, True)]
    wait_for("they wait", lambda: daemon.status()["queries"]["in_flight"] == 2)
    return asked


def reload(daemon, **keys):
    assert daemon.reload(dict(daemon.config, **keys)) == {"ok": True}


def test_validation_comes(start, gate):
    """The answer is not signed: nobody gets it, now or out of the cache."""
    daemon = start([gate.upstream], hedge="off", limits={"timeout": "20s"})
    asked = waiting(daemon, "slow.example")
    reload(daemon, dnssec="validate")
    gate.open.set()
    for one in asked:
        assert is_failed(one.get())
    assert is_failed(ask(daemon, "slow.example"))


def test_validation_goes(start, gate):
    daemon = start([gate.upstream], dnssec="validate", hedge="off",
                   limits={"timeout": "20s"})
    asked = waiting(daemon, "slow.example")
    reload(daemon, dnssec="off")
    gate.open.set()
    for one in asked:
        assert is_good(one.get())
    assert is_good(ask(daemon, "slow.example"))


def test_validation_comes_and_goes(start, gate):
    """Many times, with answers at every stage."""
    daemon = start([gate.upstream], hedge="off", limits={"timeout": "20s"})
    asked = [Later(ask, daemon, f"slow.n{i}.example") for i in range(20)]
    wait_for("they wait", lambda: daemon.status()["queries"]["in_flight"] == 20)
    for number in range(30):
        reload(daemon, dnssec="validate" if number % 2 == 0 else "off")
        asked.append(Later(ask, daemon, f"r{number}.example"))
        if number == 20:
            gate.open.set()
    for one in asked:
        assert one.get().rcode() in (0, 2)
    reload(daemon, dnssec="validate")
    for number in range(30):
        assert is_failed(ask(daemon, f"r{number}.example"))


def test_route_comes(start, gate):
    """The question goes where it belongs, and what the others say is not remembered."""
    daemon = start([gate.upstream], hedge="off", limits={"timeout": "20s"})
    asked = waiting(daemon, "slow.corp.example")
    reload(daemon, forward=[plain("corp.example", Plain("192.0.2.99"))])
    for one in asked:
        assert first(one.get()) == "192.0.2.99"
    gate.open.set()
    assert first(ask(daemon, "slow.corp.example")) == "192.0.2.99"


def test_rebind_protection_comes(start, toy):
    gate = Gate(toy, "192.168.1.1")
    daemon = start([gate.upstream], hedge="off", limits={"timeout": "20s"})
    asked = waiting(daemon, "slow.example")
    reload(daemon, rebind_protection={"enable": True})
    gate.open.set()
    for one in asked:
        assert not one.get().answer
    assert not ask(daemon, "slow.example").answer


def test_clients_are_shut_out(start, gate):
    """Whoever asked when it was allowed is answered still."""
    daemon = start([gate.upstream], hedge="off", limits={"timeout": "20s"})
    asked = waiting(daemon, "slow.example")
    reload(daemon, allow=["10.0.0.0/8"])
    gate.open.set()
    for one in asked:
        assert is_good(one.get())
    assert ask(daemon, "slow.example").rcode() == 5
