"""pintlectl loglist update, from a server of HTTPS. Whatever fails leaves the stored
list as it was."""
import base64
import json
import os
import pathlib
import shutil
import socket
import tempfile
import time

import pytest

from lists import BUILTIN, STORED, Control, Server, Signer, a_list
from pintlectl import (  # noqa: F401 (a fixture among them)
    BUILD, CONFIG, FAILED, OK, REFUSED, USAGE, ctl, fixture_pki, make_certificate,
)

OLD = "2026-08-20T00:00:00Z"
NEW = "2026-09-01T00:00:00Z"
NEWER = "2026-10-01T00:00:00Z"


@pytest.fixture(name="server", scope="module")
def fixture_server(pki):
    server = Server(pki / "chain.pem", pki / "leaf.key")
    yield server
    server.end()


@pytest.fixture(name="signers", scope="module")
def fixture_signers(pki):
    return Signer(pki, "list"), Signer(pki, "other")


class Store:
    """An update's command line, and the directory that it fills."""

    def __init__(self, pki, server, signer, place):
        self.server, self.signer = server, signer
        self.place = place / "state"
        self.place.mkdir()
        self.options = {
            "--url": "https://a.lab/logs.json", "--address": server.address,
            "--key": signer.key, "--ca-file": pki / "root.pem",
            "--state-dir": self.place, "--socket": place / "no.sock"}

    def update(self, *words, **more):
        options = [w for o in self.options.items() if o[1] is not None for w in o]
        return ctl("loglist", "update", *options, *words, **more)

    def files(self):
        return {p.name: p.read_bytes() for p in self.place.iterdir() if p.is_file()}

    def fill(self, timestamp=OLD):
        data = a_list(timestamp)
        self.server.serve(data, self.signer.sign(data))
        done = self.update()
        assert done.returncode == OK, done.err
        return data


@pytest.fixture(name="store")
def fixture_store(pki, server, signers, tmp_path):
    server.asked.clear()
    return Store(pki, server, signers[0], tmp_path)


def stored(signature, data):
    return base64.b64encode(signature) + b"\n" + data


# --- taken --------------------------------------------------------------------------


def test_a_newer_list_is_taken(store, signers):
    data = a_list(NEW)
    signature = signers[0].sign(data)
    store.server.serve(data, signature)
    done = store.update()
    assert (done.returncode, done.err) == (OK, "")
    assert done.out.startswith(f"taken: of {NEW}, 64 logs\n")
    assert store.files() == {STORED: stored(signature, data)}
    assert store.server.asked == [("/logs.json", "a.lab"), ("/logs.json.sig", "a.lab")]


def test_a_signature_in_base64(store, signers):
    data = a_list(NEW)
    signature = signers[0].sign(data)
    store.server.serve(data, base64.encodebytes(signature))
    assert store.update().returncode == OK
    assert store.files() == {STORED: stored(signature, data)}


def test_the_same_list_again_is_nothing_new(store):
    store.fill()
    before = store.files()
    done = store.update()
    assert (done.returncode, done.out[:11]) == (OK, "nothing new")
    assert store.files() == before


def test_the_built_in_list_is_nothing_new(store, signers):
    data = BUILTIN.read_bytes()
    store.server.serve(data, signers[0].sign(data))
    assert (store.update().returncode, store.files()) == (OK, {})


def test_the_list_before_is_kept(store):
    store.fill()
    before = store.files()[STORED]
    store.fill(NEW)
    files = store.files()
    assert sorted(files) == [STORED, STORED + ".old"]
    assert files[STORED + ".old"] == before != files[STORED]


def test_what_is_not_signed_by_the_key_in_force_gives_way(store, signers):
    """A stored list of 2030 under a key that is no longer configured stops nobody."""
    far = a_list("2030-01-01T00:00:00Z")
    (store.place / STORED).write_bytes(stored(signers[1].sign(far), far))
    data = store.fill(NEW)
    assert store.files()[STORED].endswith(b"\n" + data)


def test_json(store):
    data = a_list(NEW)
    store.server.serve(data, store.signer.sign(data))
    said = json.loads(store.update("--json").out)
    assert said == {"updated": True, "timestamp": NEW, "logs": 64,
                    "state_dir": str(store.place), "daemon": "not running"}


def ahead(hours):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + hours * 3600))


def test_a_list_of_some_hours_ahead_is_taken_with_a_warning(store, signers):
    data = a_list(ahead(12))
    store.server.serve(data, signers[0].sign(data))
    done = store.update()
    assert done.returncode == OK
    assert "warning: the list is dated in the future" in done.err


# --- the daemon ---------------------------------------------------------------------


@pytest.mark.parametrize("answer, code, said", [
    ({"ok": True}, OK, "daemon: reloaded"),
    ({"ok": False, "exit": 78, "error": "log list in error"}, CONFIG, "daemon: failed"),
])
def test_a_running_daemon_is_told(store, answer, code, said):
    place = tempfile.mkdtemp(prefix="pintle-")
    control = Control(os.path.join(place, "s"), answer)
    store.options["--socket"] = control.path
    data = a_list(NEW)
    store.server.serve(data, store.signer.sign(data))
    try:
        done = store.update()
        again = store.update()
    finally:
        control.end()
        shutil.rmtree(place)
    assert (done.returncode, again.returncode) == (code, OK)
    assert said in done.out
    assert control.asked == [{"command": "reload"}]


# --- not taken ------------------------------------------------------------------------


def flip(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def no_timestamp(data):
    del data["log_list_timestamp"]


def no_logs(data):
    data["operators"] = []


def one_operator(data):
    del data["operators"][1:]


def other_logs(data):
    data["operators"].pop()


# Of what the server has: (list, signature), made of the signers ours and theirs.
OFFERS = {
    "older": (lambda o, t: (a_list("2026-08-15T00:00:00Z"), o), REFUSED, "of 2026-08-15"),
    "older than the built-in": (
        lambda o, t: (a_list("2026-01-01T00:00:00Z"), o), REFUSED, "of 2026-01-01"),
    "of the same time": (lambda o, t: (a_list(OLD, other_logs), o), REFUSED, OLD),
    "no logs": (lambda o, t: (a_list(NEW, no_logs), o), REFUSED, "satisfy strict with it"),
    "one operator": (lambda o, t: (a_list(NEW, one_operator), o), REFUSED, "strict"),
    "no logs, another's signature": (
        lambda o, t: (a_list(NEW, no_logs), t), REFUSED, "signature"),
    "of years ahead": (lambda o, t: (a_list("2100-01-01T00:00:00Z"), o), REFUSED,
                       "of 2100-01-01T00:00:00Z, more than a day in the future"),
    "of two days ahead": (lambda o, t: (a_list(ahead(48)), o), REFUSED, "future"),
    "another's signature": (lambda o, t: (a_list(NEW), t), REFUSED, "signature"),
    "no list": (lambda o, t: (b"<html>", o), CONFIG, "line 1"),
    "an empty list": (lambda o, t: (b"", o), CONFIG, "not taken"),
    "no timestamp": (
        lambda o, t: (a_list(NEW, no_timestamp), o), CONFIG, "log_list_timestamp"),
    "a key twice": (lambda o, t: (b'{"a":1,' * 2 + a_list(NEW)[1:], o), CONFIG, "line 1"),
}


@pytest.mark.parametrize("name", OFFERS)
def test_an_offer_that_is_not_taken(store, signers, name):
    offer, code, said = OFFERS[name]
    store.fill()
    before = store.files()
    data, signer = offer(*signers)
    store.server.serve(data, signer.sign(data) if data else signer.sign(b" "))
    if not data:  # openssl signs no empty file
        store.server.pages["/logs.json"] = (200, b" ")
    done = store.update()
    assert (done.returncode, store.files()) == (code, before), done.err
    assert said in done.err and "https://a.lab/logs.json: not taken" in done.err


SIGNATURES = {
    "a bit of the signature": lambda s, d: flip(s(d), 40),
    "a bit of the list": lambda s, d: s(flip(d, 100)),
    "cut": lambda s, d: s(d)[:63],
    "a byte too many": lambda s, d: s(d) + b"\n",
    "base64 cut": lambda s, d: base64.b64encode(s(d))[:-4],
    "hexadecimal": lambda s, d: s(d).hex().encode(),
    "empty": lambda s, d: b"",
    "zeros": lambda s, d: bytes(64),
    "of the list before": lambda s, d: s(a_list(OLD)),
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_bad_signature(store, name):
    store.fill()
    before = store.files()
    data = a_list(NEW)
    store.server.serve(data, SIGNATURES[name](store.signer.sign, data))
    done = store.update()
    assert (done.returncode, store.files()) == (REFUSED, before)
    assert "the signature is not by the configured key" in done.err
    store.server.serve(data, store.signer.sign(data))
    assert store.update().returncode == OK  # so it was the signature


PAGES = {
    "no list": ({"/logs.json": (404, b"")}, "404"),
    "no signature": ({"/logs.json.sig": (404, b"")}, "404"),
    "a redirect": ({"/logs.json": (302, b"")}, "302: redirects are not followed"),
    "a redirect for ever": ({"/logs.json": (308, b"")}, "redirects are not followed"),
    "the signature is elsewhere": ({"/logs.json.sig": (301, b"")}, "redirects are not"),
    "an error of the server": ({"/logs.json": (500, b"{}")}, "500"),
    "no content": ({"/logs.json": (204, b"")}, "204"),
    "too long": ({"/logs.json": (200, b" " * (4 * 1024 * 1024 + 1))}, "longer than"),
    "a signature too long": ({"/logs.json.sig": (200, b"A" * 2049)}, "longer than 2048"),
    "too long, and not found": ({"/logs.json": (404, b" " * 5000000)}, "404"),
}


@pytest.mark.parametrize("name", PAGES)
def test_pages_that_do_not_serve(store, name):
    pages, said = PAGES[name]
    store.fill()
    before = store.files()
    data = a_list(NEW)
    store.server.serve(data, store.signer.sign(data))
    store.server.pages["/elsewhere.json"] = (200, data)
    store.server.pages.update(pages)
    done = store.update()
    assert (done.returncode, store.files()) == (FAILED, before)
    assert said in done.err and "https://a.lab/logs.json" in done.err


@pytest.mark.parametrize("name, change, code, said", [
    ("another root", {"--ca-file": "other.pem"}, FAILED, "certificate"),
    ("the system's roots", {"--ca-file": None}, FAILED, "certificate"),
    ("a file that is no root", {"--ca-file": "leaf.key"}, FAILED, "https://"),
    ("another name", {"--url": "https://b.lab/logs.json"}, FAILED, "b.lab"),
    ("another key", {"--key": "A" * 42 + "8="}, REFUSED, "signature"),
    ("no TLS", {"--url": "http://a.lab/logs.json"}, CONFIG, "https://"),
    ("a file", {"--url": "file:///etc/passwd"}, CONFIG, "https://"),
    ("a query", {"--url": "https://a.lab/l?x=1"}, CONFIG, "? and #"),
    ("no path", {"--url": "https://a.lab"}, CONFIG, "path"),
    ("a user", {"--url": "https://u:p@a.lab/logs.json"}, CONFIG, "has a port that"),
    ("no URL", {"--url": None}, CONFIG, "ct.update.url"),
    ("a key too short", {"--key": "AAAA"}, USAGE, "--key"),
    ("a key that is none", {"--key": "no key"}, USAGE, "--key"),
    ("an address that is none", {"--address": "a.lab"}, USAGE, "--address"),
    ("a port that is none", {"--address": "127.0.0.1:0"}, USAGE, "--address"),
])
def test_settings_that_do_not_serve(store, pki, name, change, code, said):
    make_certificate(pki, "other", "basicConstraints=critical,CA:TRUE")
    store.fill()
    before = store.files()
    data = a_list(NEW)
    store.server.serve(data, store.signer.sign(data))
    good = dict(store.options)
    store.options.update(change)
    if store.options["--ca-file"]:
        store.options["--ca-file"] = pki / store.options["--ca-file"]
    done = store.update()
    assert (done.returncode, store.files()) == (code, before), name
    assert said in done.err
    store.options = good
    assert store.update().returncode == OK  # so it was that


def test_nobody_listens(store):
    """At an address that is taken, so that nobody else's server can come to be there."""
    store.fill()
    before = store.files()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        store.options["--address"] = "127.0.0.1:%d" % taken.getsockname()[1]
        done = store.update()
    assert (done.returncode, store.files()) == (FAILED, before)
    assert "https://a.lab/logs.json: " in done.err


# --- where it is stored -----------------------------------------------------------------


def test_no_directory(store):
    data = a_list(NEW)
    store.server.serve(data, store.signer.sign(data))
    store.place.rmdir()
    done = store.update()
    assert done.returncode == FAILED and str(store.place) in done.err
    assert not store.place.exists()


# In a process of its own: no code of ours may run between fork() and exec() where the
# server's threads are. 40 blocks of 512 bytes.
FULL_DISK = ["sh", "-c", 'ulimit -f 40 && exec "$@"', "sh"]


def test_a_disk_that_is_full(store):
    store.fill()
    before = store.files()
    data = a_list(NEW)
    store.server.serve(data, store.signer.sign(data))
    # Python ignores SIGXFSZ, and so will its child: write() fails instead.
    done = store.update(before=FULL_DISK, restore_signals=False)
    assert (done.returncode, store.files()) == (FAILED, before)
    assert STORED in done.err
    assert store.update().returncode == OK


@pytest.mark.parametrize("name", [STORED, STORED + ".old"])
def test_something_is_in_the_way(store, name):
    if name != STORED:
        store.fill()
    before = store.files()
    (store.place / name).mkdir()
    data = a_list(NEW)
    store.server.serve(data, store.signer.sign(data))
    done = store.update()
    assert (done.returncode, store.files()) == (FAILED, before)
    assert str(store.place / name) in done.err


# --- as configured --------------------------------------------------------------------------


@pytest.fixture(name="config")
def fixture_config(store, tmp_path):
    """pintle.yaml with all that update needs; JSON is YAML."""
    settings = {
        "control": str(tmp_path / "c.sock"), "state_dir": str(store.place),
        "tls": {"ca_file": str(store.options["--ca-file"])},
        "ct": {"update": {"url": "https://a.lab/logs.json", "key": store.signer.key,
                          "address": store.server.address}},
        "upstreams": [{"name": "a", "address": ["192.0.2.1"], "auth_name": "a.lab"}]}
    store.options = {"-c": tmp_path / "pintle.yaml"}
    return settings


def write_config(store, settings):
    store.options["-c"].write_text(json.dumps(settings))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_directory_that_may_not_be_written(store, signers, config):
    place = tempfile.mkdtemp(prefix="pintle-")
    try:
        os.chmod(place, 0o755)
        # All that it reads lies there: no other place need be open to that user.
        config["state_dir"] = place
        config["tls"]["ca_file"] = shutil.copy(config["tls"]["ca_file"], place)
        program = shutil.copy(BUILD / "pintlectl", place)
        store.options["-c"] = pathlib.Path(place, "pintle.yaml")
        write_config(store, config)
        for name in os.listdir(place):
            os.chmod(os.path.join(place, name), 0o755)
        data = a_list(NEW)
        store.server.serve(data, signers[0].sign(data))
        before = os.listdir(place)
        done = store.update(program=program, user=65534)
        assert done.returncode == FAILED and place in done.err
        assert os.listdir(place) == before
    finally:
        shutil.rmtree(place)


def test_all_is_configured(store, config):
    write_config(store, config)
    data = store.fill(NEW)
    assert store.files()[STORED].endswith(b"\n" + data)
    shown = ctl("loglist", "show", "-c", store.options["-c"], "--json")
    assert json.loads(shown.out)["list"] == str(store.place / STORED)


def only_static(data):
    for operator in data["operators"]:
        operator["logs"] = []


@pytest.mark.parametrize("configured, said, code", [
    ("chrome", None, OK), ("apple", None, REFUSED), ("chrome", "apple", REFUSED),
    ("apple", "chrome", OK), (None, None, OK), (None, "apple", REFUSED)])
def test_the_policy_that_a_list_must_do_for(store, config, configured, said, code):
    """Apple's wants a log that is not a static one."""
    if configured:
        config["ct"]["policy"] = configured
    write_config(store, config)
    data = a_list(NEW, only_static)
    store.server.serve(data, store.signer.sign(data))
    assert store.update(*(["--policy", said] if said else [])).returncode == code
    assert bool(store.files()) == (code == OK)


def test_the_command_line_wins(store, config, signers):
    config["ct"]["update"].update(url="https://b.lab/x", key=signers[1].key,
                                  address="192.0.2.1")
    write_config(store, config)
    store.options.update({"--url": "https://a.lab/logs.json", "--key": signers[0].key,
                          "--address": store.server.address})
    store.fill(NEW)


@pytest.mark.parametrize("with_address", [False, True])
def test_an_address_in_the_url(store, config, with_address):
    """It is what the certificate must name; no resolver is asked."""
    port = store.server.address.rpartition(":")[2]
    update = config["ct"]["update"]
    update["url"] = f"https://127.0.0.1:{port}/logs.json"
    if not with_address:
        del update["address"]
    write_config(store, config)
    store.fill(NEW)
    assert store.server.asked[0] == ("/logs.json", f"127.0.0.1:{port}")


def test_no_address_is_left_to_the_system(store, config):
    """Which knows nobody by that name: RFC 6761, section 6.4."""
    config["ct"]["update"].pop("address")
    config["ct"]["update"]["url"] = "https://lists.invalid/logs.json"
    write_config(store, config)
    done = store.update()
    assert (done.returncode, store.files()) == (FAILED, {})
    assert "https://lists.invalid/logs.json: " in done.err


@pytest.mark.parametrize("name, change, said", [
    ("nothing", lambda c: c.pop("ct"), "ct.update.url"),
    ("no key", lambda c: c["ct"]["update"].pop("key"), "ct.update.key"),
    ("no host", lambda c: c["ct"]["update"].update(url="https:///l"), "ct.update.url"),
    ("a query", lambda c: c["ct"]["update"].update(url="https://a.lab/l?x"), "? or #"),
    ("a URL without TLS", lambda c: c["ct"]["update"].update(url="http://a.lab/"), "https"),
    ("a list of one's own", lambda c: c["ct"].update(log_list="/x.json"), "ct.log_list"),
])
def test_what_is_not_configured(store, config, name, change, said):
    change(config)
    write_config(store, config)
    done = store.update()
    assert (done.returncode, store.files()) == (CONFIG, {}), name
    assert said in done.err


def test_a_list_that_the_configuration_does_not_use(store, config):
    config["ct"] = {"log_list": str(BUILTIN)}
    write_config(store, config)
    store.options.update({"--url": "https://a.lab/logs.json", "--key": store.signer.key,
                          "--address": store.server.address})
    data = a_list(NEW)
    store.server.serve(data, store.signer.sign(data))
    done = store.update()
    assert done.returncode == OK
    assert f"it is not used: ct.log_list in the configuration is {BUILTIN}" in done.err
    shown = ctl("loglist", "show", "-c", store.options["-c"], "--json")
    assert json.loads(shown.out)["list"] == str(BUILTIN)
