"""Keys that are learned at the first contact, and issuers that change."""

import copy
import os
import signal

import pytest

from client import ask, is_failed, is_good
from harness import PINTLE, public_pintle, run
from learning import (  # noqa: F401 (fixtures among them)
    change_issuer, fixture_learner, fixture_rival, fixture_roots, fixture_server,
    fixture_third, is_refused, record, restart,
)
from pintlectl import pin_of


def test_learn(start, server, learner, authority, rival):
    """First contact; another issuer is refused, after a restart too, until somebody
    accepts it."""
    daemon = start([learner])
    assert is_good(ask(daemon, "a.test"))
    learned = daemon.upstream()["learned"]
    assert learned["enforced"] is True and learned["refused"] == []
    assert learned["issuer"]["pin"] == learned["root"]["pin"] == pin_of(authority.root)
    assert os.stat(record(daemon)).st_mode & 0o777 == 0o600

    change_issuer(server, rival)
    daemon = restart(start, daemon)
    assert is_refused(daemon, server, "b.test")
    learned = daemon.upstream()["learned"]
    assert learned["issuer"]["pin"] == pin_of(authority.root)
    refused, = learned["refused"]
    assert refused["issuer"] == pin_of(rival.root) and refused["leaf"] == "CN=resolver.test"
    assert refused["command"] == f"pintlectl pins accept u {pin_of(rival.root)}"
    assert refused["command"] in daemon.log()
    assert refused["command"] in daemon.ctl("status").stdout

    # What was refused is known to the next start, too.
    daemon = restart(start, daemon)
    done = daemon.ctl("pins", "accept", "u")
    assert done.returncode == 0, done.stderr
    assert pin_of(rival.root) in done.stdout and pin_of(authority.root) in done.stdout
    assert is_good(ask(daemon, "c.test"))
    daemon = restart(start, daemon)
    assert is_good(ask(daemon, "d.test"))
    assert daemon.upstream()["learned"]["refused"] == []

    change_issuer(server, authority)
    daemon = restart(start, daemon)
    assert is_refused(daemon, server, "e.test")


def test_accepted_at_once(start, server, learner, rival):
    """No back-off is waited for."""
    daemon = start([learner])
    assert is_good(ask(daemon, "a.test"))
    change_issuer(server, rival)
    other = copy.deepcopy(daemon.config)
    other["tls"] = {"min_version": "1.3"}
    assert daemon.reload(other)["ok"], "that ends the connection"
    for i in range(4):
        assert is_refused(daemon, server, f"b{i}.test")
    answer = daemon.control(command="accept", upstream="u")
    assert answer["ok"] and answer["upstream"] == "u"
    assert answer["issuer"] == pin_of(rival.root) != answer["was"]["issuer"]
    assert is_good(ask(daemon, "c.test"))


def test_accept_the_one_that_was_meant(start, server, learner, authority, rival, third):
    """Somebody comes between an operator's confirmation and his command."""
    daemon = start([learner])
    assert is_good(ask(daemon, "a.test"))
    for other in (rival, third):
        change_issuer(server, other)
        daemon = restart(start, daemon)
        assert is_refused(daemon, server, "b.test")
    done = daemon.ctl("pins", "accept", "u")
    assert done.returncode == 1 and "several" in done.stderr
    commands = [one["command"] for one in daemon.upstream()["learned"]["refused"]]
    assert commands == [f"pintlectl pins accept u {pin_of(one.root)}"
                        for one in (rival, third)]
    assert all(command in done.stderr for command in commands)
    assert daemon.upstream()["learned"]["issuer"]["pin"] == pin_of(authority.root)
    done = daemon.ctl("pins", "accept", "u", "sha256//" + 43 * "A" + "=")
    assert done.returncode == 1 and commands[0] in done.stderr
    done = daemon.ctl("pins", "accept", "u", "pin")
    assert done.returncode == 2 and "not a pin: pin" in done.stderr

    assert daemon.ctl(*commands[0].split()[1:]).returncode == 0
    assert is_refused(daemon, server, "c.test"), "the third still answers"
    change_issuer(server, rival)
    daemon = restart(start, daemon)
    assert is_good(ask(daemon, "d.test"))
    # And back.
    was = daemon.upstream()["learned"]["was"]
    assert was["issuer"] == pin_of(authority.root)
    assert daemon.ctl(*was["command"].split()[1:]).returncode == 0
    assert daemon.upstream()["learned"]["issuer"]["pin"] == pin_of(authority.root)


def test_nothing_to_accept(start, server, learner):
    daemon = start([learner])
    assert is_good(ask(daemon, "a.test"))
    for name, words, code in (("u", "no other issuer was refused", 1),
                              ("x", "no upstream called x", 2)):
        done = daemon.ctl("pins", "accept", name)
        assert done.returncode == code and words in done.stderr


def test_not_a_learner(start, server):
    daemon = start([server.upstream("u")])
    done = daemon.ctl("pins", "accept", "u")
    assert done.returncode == 2 and "pin_mode is not learn" in done.stderr


def test_another_name_is_not_taken_over(start, server, learner, rival):
    """A rogue of another kind is no candidate."""
    daemon = start([learner])
    assert is_good(ask(daemon, "a.test"))
    server.context.load_cert_chain(*rival.issue("other", "other.test"))
    daemon = restart(start, daemon)
    assert is_failed(ask(daemon, "b.test"))
    assert daemon.upstream()["learned"]["refused"] == []
    assert daemon.ctl("pins", "accept", "u").returncode == 1


def test_broken_record(start, learner, server):
    daemon = start([learner])
    assert is_good(ask(daemon, "a.test"))
    with open(record(daemon), "a", encoding="ascii") as file:
        file.write("junk\n")
    answer = daemon.reload()
    assert not answer["ok"] and "/learned/u:5: " in answer["error"]
    assert is_good(ask(daemon, "b.test"))
    daemon.stop()
    done = run([PINTLE, "-c", daemon.path])
    assert done.returncode == 78 and "/learned/u:5: " in done.stderr
    assert check(daemon.path).returncode == 78


def test_no_place_to_learn(make_config, write, learner):
    config = make_config([learner])
    config["state_dir"] = write("", "file")
    path = write(config)
    done = run([PINTLE, "-c", path])
    assert done.returncode == 78
    assert "upstream u: pin_mode: learn: what is learned cannot be kept: " in done.stderr
    assert not os.path.exists(config["control"])


def test_first_contact_that_cannot_be_written(start, server, learner, rival):
    """It binds, and it is told that the next start would not know of it."""
    daemon = start([learner])
    directory = os.path.dirname(record(daemon))
    os.rmdir(directory)
    with open(directory, "wb"):
        pass
    for name in ("a.test", "b.test"):
        assert is_good(ask(daemon, name))
    assert daemon.upstream()["learned"]["kept"] is False
    line, = [line for line in daemon.ctl("status").stdout.splitlines() if "WARNING" in line]
    assert "in memory alone" in line
    assert daemon.log().count("what it has shown is not kept: ") == 1

    os.unlink(directory)
    assert daemon.reload()["ok"]
    assert daemon.upstream()["learned"]["kept"] is True
    assert "WARNING" not in daemon.ctl("status").stdout
    assert daemon.log().count("what it has shown is kept now") == 1
    change_issuer(server, rival)
    daemon = restart(start, daemon)
    assert is_refused(daemon, server, "c.test")


@pytest.mark.skipif(os.geteuid() != 0, reason="not run by root")
def test_learned_by_another_user(start, server, learner, make_config, place, short_tmp):
    """Root makes the directory, and somebody else keeps in it what he learns."""
    os.chmod(short_tmp, 0o755)
    os.chmod(place, 0o755)
    config = make_config([learner], user="nobody")
    config["state_dir"] = os.path.join(place, "own")
    config["control"] = os.path.join(place, "run", "c.sock")
    daemon = start(config)
    assert is_good(ask(daemon, "a.test"))
    assert os.stat(record(daemon)).st_uid != 0
    assert os.stat(os.path.dirname(record(daemon))).st_uid != 0


# --- before a start ------------------------------------------------------------------

def check(path, **options):
    return run([PINTLE, "--check-config", "-c", path], **options)


def tree(path):
    return sorted((where, tuple(names)) for where, _, names in os.walk(path))


def test_check_reads_what_was_learned(start, learner):
    """As a start would, and writes nothing."""
    daemon = start([learner])
    assert is_good(ask(daemon, "a.test"))
    daemon.stop()
    before = tree(daemon.config["state_dir"])
    assert check(daemon.path).returncode == 0
    with open(record(daemon), "a", encoding="ascii") as file:
        file.write("junk\n")
    for done in (check(daemon.path), run([PINTLE, "-c", daemon.path])):
        assert done.returncode == 78, done.stderr
        assert "what was learned cannot be read" in done.stderr
        assert record(daemon) + ":" in done.stderr
    assert tree(daemon.config["state_dir"]) == before


@pytest.mark.parametrize("where, code, said", [
    ("state", 0, ""), ("state/", 0, ""), ("none/state", 78, "No such file"),
    ("file", 78, "Not a directory"), ("file/state", 78, "Not a directory"),
    ("taken", 78, "Not a directory")])
def test_check_of_where_it_would_be_kept(
        make_config, write, learner, place, where, code, said):
    with open(os.path.join(place, "file"), "w", encoding="ascii"):
        pass
    os.mkdir(os.path.join(place, "taken"))
    with open(os.path.join(place, "taken", "learned"), "w", encoding="ascii"):
        pass
    path = write(make_config([learner], state_dir=os.path.join(place, where)))
    before = tree(place)
    done = check(path)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert ("what is learned cannot be kept" in done.stderr) == (code != 0)
    assert tree(place) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_check_by_somebody_else(make_config, write, learner, place, short_tmp):
    """What he may not write is in error, what he may not look into is not looked at."""
    os.chmod(short_tmp, 0o755)
    os.chmod(place, 0o755)
    for directory in (os.path.dirname(learner["ca_file"]),):
        os.chmod(directory, 0o755)
    os.chmod(learner["ca_file"], 0o644)
    state = os.path.join(place, "state")
    os.mkdir(state, 0o755)
    path = write(make_config([learner], state_dir=state))
    program = public_pintle(place)

    def checked():
        return run([program, "--check-config", "-c", path], user="nobody")
    assert checked().returncode == 78
    os.mkdir(os.path.join(state, "learned"), 0o700)
    done = checked()
    assert done.returncode == 0, done.stderr
    assert "is not looked at" in done.stderr and "Permission denied" in done.stderr


# --- without pins --------------------------------------------------------------------

def test_issuer_change_is_told(start, server, roots, authority, rival):
    daemon = start([dict(server.upstream("u"), ca_file=roots)])
    assert is_good(ask(daemon, "a.test"))
    assert daemon.upstream()["issuer_changed"] is None
    change_issuer(server, rival)
    daemon = restart(start, daemon)
    assert is_good(ask(daemon, "b.test"))
    upstream = daemon.upstream()
    change = upstream["issuer_changed"]
    assert change["was"] == pin_of(authority.root) and change["is"] == pin_of(rival.root)
    assert upstream["learned"]["enforced"] is False
    assert upstream["issuer_changes"] == 1
    assert daemon.control(command="stats")["upstreams"]["u"]["issuer_changes"] == 1
    assert f"another issuer: {change['is']}, which was {change['was']}" in daemon.log()
    # The next start still knows.
    daemon = restart(start, daemon)
    assert is_good(ask(daemon, "c.test"))
    assert daemon.upstream()["issuer_changed"] == change
    assert daemon.upstream()["issuer_changes"] == 0
    assert "another issuer" not in daemon.log()


def test_issuers_without_a_state_dir(start, server, make_config, write):
    """Nothing is refused for that, and nobody is bothered."""
    config = make_config([server.upstream("u")])
    config["state_dir"] = write("", "file")
    daemon = start(config)
    assert is_good(ask(daemon, "a.test"))
    assert daemon.upstream()["learned"] is not None
    assert "not kept" not in daemon.log()


def test_pins_need_no_memory(start, server, authority):
    daemon = start([dict(server.upstream("u"), pins=[pin_of(authority.root)])])
    assert is_good(ask(daemon, "a.test"))
    assert daemon.upstream()["learned"] is None
    assert not os.path.exists(record(daemon))
    daemon.kick(signal.SIGHUP)
    assert is_good(ask(daemon, "b.test"))
