"""Who may do what over the control socket: its mode says who may open it, and the kernel
who it is that asks."""

import os

import pytest

from client import ask
from harness import PINTLECTL, public_program, run
from servers import serve_all

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="not run by root")

NOBODY, NOGROUP = 65534, 65534


@pytest.fixture(name="as_user")
def fixture_as_user(daemon, place):
    """as_user(words, group): pintlectl as nobody, in that group."""
    for path in (place, os.path.dirname(place)):
        os.chmod(path, 0o755)
    program = public_program(place, PINTLECTL)

    def ask(*words, group=NOGROUP, user=NOBODY):
        return run([program, "--socket", daemon.socket, *words], user=user, group=group,
                   extra_groups=[])
    return ask


@pytest.mark.parametrize("words", [["status"], ["reload"], ["bypass", "--end"]], ids=" ".join)
def test_others_may_not_open_it(as_user, words):
    done = as_user(*words)
    assert done.returncode == 1 and "Permission denied" in done.stderr


@pytest.mark.parametrize("words", [
    ["status"], ["stats"], ["flush"], ["flush", "example.lab"], ["reload"],
    ["query", "example.lab"]], ids=" ".join)
def test_its_group_may(daemon, as_user, words):
    group = os.stat(daemon.socket).st_gid
    assert as_user(*words, group=group).returncode == 0


@pytest.mark.parametrize("words", [
    ["pins", "accept", "honest"], ["bypass", "--end"],
    ["bypass", "--for", "2s", "--server", "127.0.0.1:53", "portal.lab"]], ids=" ".join)
def test_its_group_may_not(daemon, as_user, words):
    """Said before anything is looked at, and logged."""
    done = as_user(*words, group=os.stat(daemon.socket).st_gid)
    assert done.returncode == 1 and "only root" in done.stderr
    assert f"refused to user {NOBODY}" in daemon.log()
    assert daemon.status()["bypass"] is None


def test_root_may(daemon):
    """The same as above, of root: it gets as far as what is wrong with it."""
    done = daemon.ctl("pins", "accept", "honest")
    assert "only root" not in done.stderr
    assert daemon.ctl("bypass", "--end").returncode == 0


def test_the_daemons_user(start, toy, place):
    """Who it runs as may change whom it trusts, and no more than that."""
    for path in (place, os.path.dirname(place)):
        os.chmod(path, 0o755)
    program = public_program(place, PINTLECTL)
    daemon = start([toy(serve_all).upstream("u")], user="nobody",
                   control=place + "/run/control.sock")
    assert ask(daemon, "example.lab").rcode() == 0

    def as_nobody(*words):
        return run([program, "--socket", daemon.socket, *words], user=NOBODY,
                   group=NOGROUP, extra_groups=[])
    for words in (["status"], ["flush"], ["query", "example.lab"]):
        assert as_nobody(*words).returncode == 0
    assert "only root" not in as_nobody("pins", "accept", "u").stderr
    done = as_nobody("bypass", "--server", "127.0.0.1", "portal.lab")
    assert done.returncode == 1 and "only root may" in done.stderr
    assert daemon.ctl("bypass", "--end").returncode == 0
