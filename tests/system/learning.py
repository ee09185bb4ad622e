"""A server, its authority and two rivals, and a daemon that learns whose keys it shows."""

import os
import shutil

import dns.message
import pytest

from client import ask, ede, is_failed
from servers import Authority, answer_a


def another(short_tmp, name):
    directory = os.path.join(short_tmp, name)
    shutil.rmtree(directory, ignore_errors=True)
    os.mkdir(directory)
    return Authority(directory)


@pytest.fixture(name="rival")
def fixture_rival(short_tmp):
    """Another authority, trusted as much as the first."""
    return another(short_tmp, "rival")


@pytest.fixture(name="third")
def fixture_third(short_tmp):
    """One more."""
    return another(short_tmp, "third")


@pytest.fixture(name="server")
def fixture_server(toy):
    """Answers everything; `wires` has what it was sent."""
    wires = []

    def behave(session):
        while (wire := session.receive_wire()):
            wires.append(wire)
            session.send(answer_a(dns.message.from_wire(wire)))
    one = toy(behave)
    one.wires = wires
    return one


@pytest.fixture(name="roots")
def fixture_roots(place, authority, rival, third):
    path = os.path.join(place, "roots.pem")
    with open(path, "wb") as out:
        for root in (authority.root, rival.root, third.root):
            with open(root, "rb") as file:
                out.write(file.read())
    return path


@pytest.fixture(name="learner")
def fixture_learner(server, roots):
    """The server, told of as one whose keys are learned."""
    return dict(server.upstream("u"), pin_mode="learn", ca_file=roots)


def change_issuer(server, by):
    server.context.load_cert_chain(by.certificate, by.key)


def restart(start, daemon):
    daemon.stop()
    return start(daemon.config)


def is_refused(daemon, server, name):
    before = len(server.wires)
    reply = ask(daemon, name, use_edns=0)
    assert is_failed(reply)
    code, text = ede(reply)
    assert code == 28 and "u: pin_mismatch" in text, text
    assert len(server.wires) == before, "nothing may be sent"
    return True


def record(daemon):
    return os.path.join(daemon.config["state_dir"], "learned", "u")
