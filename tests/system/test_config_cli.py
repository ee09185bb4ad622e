"""The command line, the configuration file and its faults, the roots, and how pintle
starts and ends."""

import os
import re
import signal
import socket

import pytest

from client import Tcp, ask, is_failed, is_good
from harness import PINTLE, free_port, join, public_pintle, random_net, run, wait_for

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="not run by root")

# --- options -----------------------------------------------------------------------

def test_version():
    done = run([PINTLE, "--version"])
    assert done.returncode == 0 and re.fullmatch(r"pintle \d+\.\d+\.\d+\n", done.stdout)


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(option):
    done = run([PINTLE, option])
    assert done.returncode == 0 and done.stdout.startswith("usage: pintle ")


@pytest.mark.parametrize("arguments", [
    ["--nope"], ["-x"], ["surplus"], ["--listen"], ["-c"], ["-c", "file", "surplus"],
    ["--check-config=yes"], [""]], ids=" ".join)
def test_usage(arguments):
    done = run([PINTLE, *arguments])
    assert done.returncode == 2
    assert "usage: pintle " in done.stderr and not done.stdout


@pytest.mark.parametrize("arguments", [["--check-config"], []], ids=["check", "start"])
def test_no_file(place, arguments):
    path = place + "/none.yaml"
    done = run([PINTLE, "-c", path, *arguments])
    assert done.returncode == 78 and path in done.stderr


def test_listen_nowhere():
    done = run([PINTLE, "--listen", "nowhere"])
    assert done.returncode == 2 and "nowhere" in done.stderr


def test_listen_in_place_of_the_configuration(start, honest, lab):
    """--listen holds over a reload, too, and may be an address that the file lacks."""
    net = random_net()
    port = free_port(net + ".1", net + ".2")
    daemon = start([honest], tls=lab.tls, listen=[f"{net}.1:{port}"],
                   arguments=("--listen", f"{net}.2:{port}"))
    for _ in range(2):
        with pytest.raises(ConnectionRefusedError):
            Tcp(daemon)
        assert daemon.status()["listen"] == [f"{net}.2:{port}"]
        daemon_there = type("There", (), {"address": net + ".2", "port": port})
        assert is_good(ask(daemon_there, "example.lab", tcp=True))
        assert daemon.reload()["ok"]


# --- the file -----------------------------------------------------------------------

def yaml(*lines):
    return "\n".join(lines) + "\n"


CT = "ct: {mode: off}"
UP = "upstreams: [{name: u, address: [127.0.0.1]}]"

# Text, line, column of the error, a word of it.
FAULTS = {
    "unknown-key": (yaml(CT, "lisen: []", UP), 2, 1, "lisen"),
    "unknown-key-below": (yaml(CT, UP, "limits:", "  clients: 5", "  speed: 9"), 5, 3,
                          "speed"),
    "unknown-key-of-an-upstream": (
        yaml(CT, "upstreams:", "  - name: u", "    adress: [127.0.0.1]"), 4, 5, "adress"),
    "no-upstreams": (yaml(CT), None, None, "upstreams"),
    "ct-misspelt": (yaml("ct: {mode: on}", UP), 1, 12, "require, report, off"),
    "ct-of-pins-only": (yaml("upstreams:", "  - name: u", "    address: [127.0.0.1]",
                             "    pkix: pins_only", f"    pins: [{43 * 'A'}=]"),
                        4, 11, "write ct: off"),
    "update-without-a-key": (
        yaml(UP, "ct:", "  update: {url: \"https://a.b/\", address: 192.0.2.1}"), 3, 11,
        "ct.update.key is missing"),
    "learn-beside-pins": (yaml("upstreams:", "  - name: u", "    address: [127.0.0.1]",
                               "    pin_mode: learn", f"    pins: [{43 * 'A'}=]"),
                          5, 11, "pins are learned"),
    "short-pin": (yaml(CT, "upstreams:", "  - name: u", "    address: [127.0.0.1]",
                       "    pins: [\"sha256//AAAA\"]"), 5, 12, "pin"),
    "pins-no-list": (yaml(CT, "upstreams:", "  - name: u", "    address: [127.0.0.1]",
                          "    pins: sha256//AAAA"), 5, 11, "list"),
    "twice-the-name": (yaml(CT, "upstreams:", "  - {name: u, address: [127.0.0.1]}",
                            "  - {name: u, address: [127.0.0.2]}"), 4, 12, "u"),
    "twice-the-key": (yaml(CT, UP, CT), 3, 1, "ct"),
    "out-of-range": (yaml(CT, UP, "limits: {clients: 0}"), 3, 19, "1"),
    "wrong-type": (yaml(CT, UP, "limits: {clients: many}"), 3, 19, "many"),
    "no-address": (yaml(CT, UP, "listen: [localhost]"), 3, 10, "localhost"),
    "not-yaml": (yaml(CT, UP, "listen: [\"127.0.0.1"), None, None, "YAML"),
    "tab": ("ct:\n\tmode: off\n", 2, 1, "YAML"),
    "later": (yaml(CT, UP, "metrics: \"127.0.0.1:9853\""), 3, None, "metrics"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault(write, name):
    """FILE:LINE:COL: what is wrong. The same at --check-config and at start."""
    text, line, column, word = FAULTS[name]
    path = write(text)
    checked = run([PINTLE, "-c", path, "--check-config"])
    started = run([PINTLE, "-c", path])
    assert checked.returncode == started.returncode == 78, checked.stderr
    assert checked.stderr == started.stderr and not checked.stdout
    place_of = re.match(rf"(?:pintle: )?{re.escape(path)}:(\d+):(\d+): .*", checked.stderr)
    assert place_of, checked.stderr
    assert line in (None, int(place_of.group(1))), checked.stderr
    assert column in (None, int(place_of.group(2))), checked.stderr
    assert word in checked.stderr.replace(path, ""), checked.stderr


def test_check_binds_nothing(write, good):
    """Every port it would need is taken, and its directories are not made."""
    host, port = good["listen"][0].rsplit(":", 1)
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        for s in (tcp, udp):
            s.bind((host, int(port)))
        tcp.listen()
        path = write(good)
        done = run([PINTLE, "-c", path, "--check-config"])
        assert done.returncode == 0 and done.stdout == f"{path}: ok\n", done.stderr
    assert not os.path.exists(good["control"])
    assert not os.path.exists(good["state_dir"])


# What getdns is needed for, and its twin without.
NEEDS_GETDNS = {
    "nothing": ({}, False),
    "signatures": ({"dnssec": "validate"}, True),
    "records": ({"local_records": ["router.lan. 300 IN A 192.168.1.1"]}, True),
    "a-name": ({"bootstrap": ["127.0.0.1"], "upstreams": [
        {"name": "u", "protocol": "dot", "auth_name": "u.lab", "ct": "off"}]}, True),
}


@pytest.mark.parametrize("name", NEEDS_GETDNS)
def test_broken_library(write, good, place, monkeypatch, name):
    """It stops those alone who need it, with its name; checked or started."""
    keys, needed = NEEDS_GETDNS[name]
    good.update(keys)
    path = write(good)
    assert run([PINTLE, "-c", path, "--check-config"]).returncode == 0
    for soname in (f"libgetdns.so.{n}" for n in range(8, 12)):
        with open(os.path.join(place, soname), "wb"):
            pass
    monkeypatch.setenv("LD_LIBRARY_PATH", place)
    checked = run([PINTLE, "-c", path, "--check-config"])
    assert checked.returncode == (1 if needed else 0), checked.stderr
    assert ("libgetdns.so" in checked.stderr) == needed
    if needed:
        started = run([PINTLE, "-c", path])
        assert started.returncode == 1 and "libgetdns.so" in started.stderr


@pytest.mark.parametrize("kind", ["udp", "tcp"])
@pytest.mark.parametrize("version", [4, 6])
def test_port_taken(write, good, kind, version):
    """The error names who has it."""
    if version == 6:
        good["listen"] = [join("::1", free_port("::1"))]
    host, port = good["listen"][0].rsplit(":", 1)
    family = socket.AF_INET6 if version == 6 else socket.AF_INET
    how = socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM
    with socket.socket(family, how) as s:
        s.bind((host.strip("[]"), int(port)))
        if kind == "tcp":
            s.listen()
        done = run([PINTLE, "-c", write(good)])
    assert done.returncode == 1
    assert good["listen"][0] in done.stderr and kind.upper() in done.stderr
    assert f"(pid {os.getpid()})" in done.stderr, done.stderr
    assert not os.path.exists(good["control"])


def test_address_that_is_not_there_yet(start, honest, lab):
    """Its interface may come up later: no reason not to start."""
    host = random_net() + ".1"
    daemon = start([honest], tls=lab.tls,
                   listen=[f"{host}:{free_port(host)}", "192.0.2.99:5399"])
    assert "192.0.2.99:5399, which no interface has yet" in daemon.log()


# --- roots ------------------------------------------------------------------------

def bad_roots(place, authority):
    """What cannot be trusted roots; keys of `tls`."""
    def file(name, text):
        path = os.path.join(place, name)
        with open(path, "w", encoding="ascii") as f:
            f.write(text)
        return path

    def directory(name, **files):
        path = os.path.join(place, name)
        os.mkdir(path)
        for base, text in files.items():
            file(os.path.join(name, base), text)
        return path
    root = open(authority.root, encoding="ascii").read()
    key = open(authority.key, encoding="ascii").read()
    return {
        "no-file": {"ca_file": place + "/none.pem"},
        "empty-file": {"ca_file": file("empty.pem", "")},
        "no-pem": {"ca_file": file("text.pem", "these are no roots\n")},
        "key-only": {"ca_file": file("key.pem", key)},
        "cut-certificate": {"ca_file": file("cut.pem", root[:len(root) // 2])},
        "file-is-a-directory": {"ca_file": directory("adir")},
        "no-directory": {"ca_path": place + "/none"},
        "empty-directory": {"ca_path": directory("empty")},
        "not-hashed": {"ca_path": directory("plain", root=root)},
        "hashed-name-no-root": {"ca_path": directory("names", **{"abcdef01.0": "no\n"})},
        "directory-is-a-file": {"ca_path": authority.root},
    }


ROOTS = ["no-file", "empty-file", "no-pem", "key-only", "cut-certificate",
         "file-is-a-directory", "no-directory", "empty-directory", "not-hashed",
         "hashed-name-no-root", "directory-is-a-file"]


# An upstream has a ca_file of its own, but no ca_path.
@pytest.mark.parametrize("name, whose", [(name, "tls") for name in ROOTS]
                         + [(name, "upstream") for name in ROOTS[:6]])
def test_no_roots(write, good, place, authority, name, whose):
    """An error at start that names what is missing; never "no verification"."""
    tls = bad_roots(place, authority)[name]
    if whose == "tls":
        good["tls"] = tls
    else:
        good["upstreams"][0].update(tls)
    path = write(good)
    for arguments in ([], ["--check-config"]):
        done = run([PINTLE, "-c", path, *arguments])
        assert done.returncode == 78, done.stderr
        assert next(iter(tls.values())) in done.stderr, done.stderr


@needs_root
def test_unreadable_roots(write, good, place, authority):
    os.chmod(place, 0o755)
    os.chmod(os.path.dirname(place), 0o755)
    path = os.path.join(place, "secret.pem")
    with open(path, "w", encoding="ascii") as f:
        f.write(open(authority.root, encoding="ascii").read())
    os.chmod(path, 0o600)
    good["tls"] = {"ca_file": path}
    config = write(good)
    os.chmod(config, 0o644)
    program = public_pintle(place)
    done = run([program, "-c", config, "--check-config"], user="nobody")
    assert done.returncode == 78 and path in done.stderr
    os.chmod(path, 0o644)
    assert run([program, "-c", config, "--check-config"], user="nobody").returncode == 0


# --- running -----------------------------------------------------------------------

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("when", ["idle", "asked", "waiting", "handshake"])
def test_ends_well(start, lab, honest, number, when):
    """With exit code 0, whatever is under way."""
    stall = dict(lab.upstreams["stall"], name="stall")
    daemon = start([stall if when == "handshake" else honest], tls=lab.tls)
    if when in ("asked", "waiting"):
        assert is_good(ask(daemon, "example.lab"))
    if when in ("waiting", "handshake"):
        clients = []
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            s = socket.socket(type=kind)
            s.connect((daemon.address, daemon.port))
            wire = b"\0\1\1\0\0\1\0\0\0\0\0\0\4drop\3lab\0\0" + bytes([len(clients) + 1, 0, 1])
            s.send(wire if kind == socket.SOCK_DGRAM
                   else len(wire).to_bytes(2, "big") + wire)
            clients.append(s)
        wait_for("questions under way",
                 lambda: daemon.status()["queries"]["in_flight"] == 2)
        for s in clients:
            s.close()
    daemon.kick(number)
    assert daemon.process.wait(20) == 0


def test_broken_pipe(start, honest, lab, place):
    """Whoever read the log is gone: pintle goes on."""
    fifo = place + "/fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    daemon = start([honest], tls=lab.tls, log={"queries": True},
                   command=("sh", "-c", f'exec "$0" "$@" 2>"{fifo}"'))
    os.close(reader)
    for i in range(3):
        assert is_good(ask(daemon, f"n{i}.lab"))
    assert daemon.reload()["ok"]


def test_log_to_a_full_disk(start, honest, lab):
    daemon = start([honest], tls=lab.tls, log={"queries": True},
                   command=("sh", "-c", 'exec "$0" "$@" 2>/dev/full'))
    assert is_good(ask(daemon, "example.lab"))


@pytest.mark.parametrize("arguments, config_level, shown", [
    ((), "notice", False), ((), "debug", True), (("-v",), "error", True),
    (("--verbose",), "notice", True)])
def test_verbose(start, honest, lab, arguments, config_level, shown):
    """-v is as log.level: debug, after a reload too."""
    daemon = start([honest], tls=lab.tls, log={"level": config_level}, arguments=arguments)
    ask(daemon, "example.lab")
    assert ("handshake -> open" in daemon.log()) == shown
    other = dict(daemon.config, upstreams=[dict(honest, pins=honest["pins"][:1])])
    seen = daemon.log().count("handshake -> open")
    assert daemon.reload(other)["ok"]
    ask(daemon, "another.lab")
    assert (daemon.log().count("handshake -> open") > seen) == shown


def test_queries_are_logged_if_asked_for(start, honest, lab):
    daemon = start([honest], tls=lab.tls, log={"queries": True})
    for _ in range(2):
        ask(daemon, "private.lab", source="127.0.0.9")
    assert "private.lab. A from 127.0.0.9: upstream" in daemon.log()
    assert "private.lab. A from 127.0.0.9: cache" in daemon.log()


def test_queries_are_not_logged(start, honest, lab):
    daemon = start([honest], tls=lab.tls, log={"level": "debug"})
    ask(daemon, "private.lab")
    ask(daemon, "servfail.lab")
    assert "private" not in daemon.log()


def test_journal_priorities(start, honest, lab, monkeypatch):
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    daemon = start([honest], tls=lab.tls)
    assert daemon.log().startswith("<5>pintle ")


def test_down_upstream_does_not_fill_the_log(start, authority):
    """A line a change of state, not one a query."""
    host = random_net() + ".1"
    daemon = start([authority.upstream("u", join(host, free_port(host)))])
    for i in range(200):
        assert is_failed(ask(daemon, f"n{i}.test"))
    assert len(daemon.log().splitlines()) < 10, daemon.log()
