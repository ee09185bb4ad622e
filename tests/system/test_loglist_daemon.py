"""A list is fetched for a daemon that runs, and the daemon uses it."""
import json
import os

import pytest

from lists import STORED, Server, Signer, a_list
from pintlectl import CONFIG, OK, REFUSED, ctl, fixture_pki  # noqa: F401

NEW, NEWER = "2026-09-01T00:00:00Z", "2026-09-02T00:00:00Z"


@pytest.fixture(name="server")
def fixture_server(pki):
    server = Server(pki / "chain.pem", pki / "leaf.key")
    yield server
    server.end()


@pytest.fixture(name="signer", scope="module")
def fixture_signer(pki):
    return Signer(pki, "list")


@pytest.fixture(name="served")
def fixture_served(start, honest, lab, pki, server, signer, place):
    """A daemon whose configuration names the server."""
    honest["ca_file"] = lab.tls["ca_file"]
    os.mkdir(os.path.join(place, "state"))
    return start(
        [honest], tls={"ca_file": str(pki / "root.pem")},
        ct={"mode": "report", "update": {"url": "https://a.lab/logs.json",
                                         "key": signer.key, "address": server.address}})


def in_force(daemon):
    said = daemon.status()["log_list"]
    return said["source"], said["timestamp"]


def update(daemon):
    done = ctl("loglist", "update", "-c", daemon.path, "--json")
    return done.returncode, json.loads(done.out) if done.out else done.err


def test_a_running_daemon_takes_the_new_list(served, server, signer):
    assert in_force(served) == ("builtin", "2026-08-11T20:05:47Z")
    data = a_list(NEW)
    server.serve(data, signer.sign(data))
    code, said = update(served)
    assert (code, said["updated"], said["daemon"]) == (OK, True, "reloaded")
    assert in_force(served) == ("stored", NEW)


def test_what_is_refused_changes_nothing(served, server, signer, pki):
    data = a_list(NEW)
    server.serve(data, signer.sign(data))
    update(served)
    newer = a_list(NEWER)
    for signature, body, code in [
            (Signer(pki, "other").sign(newer), newer, REFUSED),
            (signer.sign(a_list("2026-08-20T00:00:00Z")),
             a_list("2026-08-20T00:00:00Z"), REFUSED),
            (signer.sign(b"{"), b"{", CONFIG)]:
        server.serve(body, signature)
        assert update(served)[0] == code
        served.reload()
        assert in_force(served) == ("stored", NEW)
    server.serve(newer, signer.sign(newer))
    assert update(served)[0] == OK
    assert in_force(served) == ("stored", NEWER)


def test_a_stored_list_that_was_changed_is_not_used(served, server, signer, place):
    data = a_list(NEW)
    server.serve(data, signer.sign(data))
    update(served)
    path = os.path.join(place, "state", STORED)
    with open(path, "r+b") as file:
        file.seek(-20, os.SEEK_END)
        file.write(b"#")
    served.stop()
    shown = ctl("loglist", "show", "-c", served.path, "--json")
    said = json.loads(shown.out)
    assert said["list"] == "built in"
    assert [path in w and "configured key" in w for w in said["warnings"]] == [True]
