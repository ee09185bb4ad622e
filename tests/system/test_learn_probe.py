"""`pintlectl probe` of an upstream with `pin_mode: learn`: the daemon's verdict, by the
daemon's record."""

import json
import os

import pytest

from client import ask, is_good
from harness import PINTLECTL, public_program, run
from learning import (  # noqa: F401 (fixtures among them)
    change_issuer, fixture_learner, fixture_rival, fixture_roots, fixture_server,
    fixture_third, is_refused, record, restart,
)
from pintlectl import CONFIG, FAILED, OK, REFUSED, pin_of


def probe(daemon, *more):
    return daemon.ctl("-c", daemon.path, "probe", "u", *more)


def test_probe_refuses_whom_the_daemon_refuses(start, server, learner, authority, rival):
    daemon = start([learner])
    assert is_good(ask(daemon, "a.test"))
    with open(record(daemon), "rb") as file:
        kept = file.read()
    change_issuer(server, rival)
    done = probe(daemon)
    assert done.returncode == REFUSED and "refused: pin_mismatch: " in done.stdout
    command = f"pintlectl pins accept u {pin_of(rival.root)}"
    assert f"\n  {command}\n" in done.stdout
    assert "pins:" not in done.stdout and "to paste" not in done.stdout
    with open(record(daemon), "rb") as file:
        assert file.read() == kept, "probe writes nothing"

    said = json.loads(probe(daemon, "--json").stdout)
    assert said["paste"] == "" and said["to_pin"] == [] and said["accept"] == [command]
    daemon = restart(start, daemon)
    assert is_refused(daemon, server, "b.test")
    verdict = daemon.upstream()["verdict"]
    for member in ("accepted", "reasons", "explanation", "pins", "name", "pkix"):
        assert said[member] == verdict[member], member
    assert said["pins"]["learned"]["issuer"] == pin_of(authority.root)
    assert daemon.ctl(*command.split()[1:]).returncode == 0
    assert probe(daemon).returncode == OK


def test_probe_of_who_was_learned(start, server, learner):
    daemon = start([learner])
    done = probe(daemon)
    assert done.returncode == OK and "no first contact yet" in done.stdout
    assert not os.path.exists(record(daemon))
    assert is_good(ask(daemon, "a.test"))
    done = probe(daemon)
    assert done.returncode == OK and "no first contact" not in done.stdout
    assert "nothing needs to be pasted" in done.stdout
    assert 'take that line out' in done.stdout
    said = json.loads(probe(daemon, "--json").stdout)
    assert said["accept"] == [] and "take that line out" in said["paste"]
    # Done as it says, it is a configuration that holds.
    del learner["pin_mode"]
    learner["pins"] = [one["pin"] for one in said["to_pin"]]
    assert daemon.reload(dict(daemon.config, upstreams=[learner]))["ok"]
    assert is_good(ask(daemon, "b.test"))


def test_probe_by_another_name(start, server, learner, rival):
    """What was learned of another name does not bind, here as there."""
    daemon = start([learner])
    assert is_good(ask(daemon, "a.test"))
    with open(record(daemon), encoding="ascii") as file:
        text = file.read()
    with open(record(daemon), "w", encoding="ascii") as file:
        file.write(text.replace("identity: name ", "identity: name x", 1))
    change_issuer(server, rival)
    assert probe(daemon).returncode == OK


def test_probe_of_a_broken_record(start, server, learner):
    daemon = start([learner])
    assert is_good(ask(daemon, "a.test"))
    with open(record(daemon), "a", encoding="ascii") as file:
        file.write("junk\n")
    done = probe(daemon)
    assert done.returncode == CONFIG and "/learned/u:5: " in done.stderr
    assert done.stdout == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="not run by root")
def test_probe_by_a_user_who_may_not_read_it(start, server, learner, place, short_tmp):
    for directory in (short_tmp, place):
        os.chmod(directory, 0o755)
    daemon = start([learner])
    os.chmod(daemon.path, 0o644)
    assert is_good(ask(daemon, "a.test"))
    program = public_program(place, PINTLECTL)
    done = run([program, "-c", daemon.path, "probe", "u"], user="nobody")
    assert done.returncode == FAILED and done.stdout == ""
    assert "Permission denied" in done.stderr and "the daemon's user" in done.stderr
