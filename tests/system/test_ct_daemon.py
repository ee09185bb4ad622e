"""The daemon's side of Certificate Transparency: the log list in force, its age, its
change at a reload."""

import base64
import copy
import json
import os
import shutil
import time

import pytest

from client import ask, ede, is_failed, is_good
from harness import PINTLE, run
from lists import BUILTIN, STORED, Signer

PAST = {"start_inclusive": "2020-01-01T00:00:00Z", "end_exclusive": "2021-01-01T00:00:00Z"}


@pytest.fixture
def log_list(lab, edit_list):
    """A function that writes the lab's list with changes, and gives the `ct` section
    that names it."""
    def write(change=None, **members):
        def edit(content):
            for operator in content["operators"] if change else []:
                for log in operator["logs"] + operator["tiled_logs"]:
                    change(log)
            content.update(members)
            for key in [key for key, value in content.items() if value is None]:
                del content[key]
        return {"mode": "require", "log_list": edit_list(lab, edit)}
    return write


def reject(log):
    """Two of the three that the honest certificate was shown to; what is left would do
    for another one."""
    if log["description"] in ("Lab Alder", "Lab Birch"):
        log["state"] = {"rejected": {"timestamp": "2020-01-01T00:00:00Z"}}


def reject_all(log):
    log["state"] = {"rejected": {"timestamp": "2020-01-01T00:00:00Z"}}


def end(log):
    log["temporal_interval"] = PAST


def stamp_of(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)["log_list_timestamp"]


def check(path):
    return run([PINTLE, "--check-config", "-c", path])


def is_refused(daemon, reason, name="example.lab"):
    """SERVFAIL with that reason, and no byte of the question went out."""
    reply = ask(daemon, name, use_edns=0)
    assert is_failed(reply)
    code, text = ede(reply)
    assert code == 28 and reason in text, text
    return True


# --- at start ----------------------------------------------------------------------

def test_required_by_default(start, honest, lab, make_config):
    """Without a word about CT, it is required, and held against the built-in list."""
    config = make_config([honest], tls=lab.tls)
    del config["ct"]
    daemon = start(config)
    assert is_refused(daemon, "ct_")
    assert daemon.upstream()["verdict"]["ct"]["mode"] == "require"
    assert daemon.status()["log_list"]["source"] == "builtin"


def test_accepted_with_the_lab_s_list(start, honest, lab):
    daemon = start([honest], tls=lab.tls, ct=lab.ct)
    assert is_good(ask(daemon, "example.lab"))
    ct = daemon.upstream()["verdict"]["ct"]
    assert ct["ok"] is True and any(row["counts"] for row in ct["scts"])
    assert daemon.upstream()["exceptions"] == []


def test_list_in_status(start, honest, lab):
    daemon = start([honest], tls=lab.tls, ct=lab.ct)
    shown = daemon.status()["log_list"]
    assert shown["source"] == "file" and shown["file"] == lab.ct["log_list"]
    assert shown["timestamp"] == stamp_of(lab.ct["log_list"])
    assert shown["policy"] == "strict" and shown["logs"] > 2
    assert shown["stale"] is False and shown["age_days"] >= 0
    stats = daemon.control(command="stats")
    assert stats["log_list"]["logs"] == shown["logs"]
    assert "log list" in daemon.ctl("status").stdout


def test_no_list_without_ct(start, honest, lab):
    """One that is broken is nobody's business then."""
    daemon = start([honest], tls=lab.tls, ct={"mode": "off", "log_list": "/nonexistent"})
    assert is_good(ask(daemon, "example.lab"))
    assert daemon.status()["log_list"] is None


def test_one_upstream_without_ct(start, lab, log_list, honest):
    """Its own word goes before ct.mode."""
    daemon = start([dict(honest, ct="off")], tls=lab.tls, ct=log_list(reject))
    assert is_good(ask(daemon, "example.lab"))
    assert daemon.upstream()["exceptions"] == ["ct_off"]


def test_report_refuses_nobody(start, lab, log_list, honest):
    daemon = start([honest], tls=lab.tls, ct=dict(log_list(reject), mode="report"))
    assert is_good(ask(daemon, "example.lab"))
    upstream = daemon.upstream()
    assert upstream["verdict"]["ct"]["ok"] is False
    assert upstream["exceptions"] == ["ct_report"]


@pytest.mark.parametrize("text, words", [
    ("", "empty"), ("{", "line 1"), ('{"operators": 7}', "operators"),
    ('{"operators": [], "operators": []}', "line 1"),
    ('{"operators": [{"name": "a", "logs": [{"key": "!"}]}]}', "operators[0].logs[0]"),
    (None, "No such file")], ids=["empty", "cut", "type", "twice", "key", "absent"])
def test_broken_list_at_start(good, write, place, text, words):
    """It does not start, and neither does --check-config pass; both name the place."""
    path = os.path.join(place, "list.json")
    if text is not None:
        write(text, "list.json")
    config = dict(good, ct={"log_list": path})
    file = write(json.dumps(config, indent=1))
    line = 1 + json.dumps(config, indent=1).split(path)[0].count("\n")
    for done in (run([PINTLE, "-c", file]), check(file)):
        assert done.returncode == 78
        assert f"{file}:{line}:" in done.stderr, done.stderr
        assert f"ct.log_list: {path}: " in done.stderr and words in done.stderr


def test_pins_only_needs_ct_off(good, write):
    good["upstreams"][0].update(pkix="pins_only", pins=["sha256//" + 43 * "A" + "="])
    good["ct"] = {}
    done = check(write(good))
    assert done.returncode == 78 and "write ct: off" in done.stderr
    good["upstreams"][0]["ct"] = "off"
    assert check(write(good)).returncode == 0


# --- at a reload -------------------------------------------------------------------

def changed(daemon, **keys):
    config = copy.deepcopy(daemon.config)
    config.update(copy.deepcopy(keys))
    return config


def test_other_list_judges_anew(start, lab, honest, log_list):
    """A connection that was let in by the list of before does not outlive it."""
    ct = log_list()
    daemon = start([honest], tls=lab.tls, ct=ct)
    assert is_good(ask(daemon, "example.lab"))
    before = lab.counters()["queries"]
    log_list(reject)
    assert daemon.reload()["ok"]
    assert is_refused(daemon, "ct_", "another.lab")
    assert lab.counters()["queries"] == before
    # And back: the same list again.
    log_list()
    assert daemon.reload()["ok"]
    assert is_good(ask(daemon, "third.lab"))


def test_same_list_keeps_the_connection(start, lab, honest, log_list):
    daemon = start([honest], tls=lab.tls, ct=log_list())
    assert is_good(ask(daemon, "example.lab"))
    log_list()
    assert daemon.reload()["ok"]
    assert is_good(ask(daemon, "another.lab"))
    assert daemon.upstream()["handshakes"] == 1


@pytest.mark.parametrize("way", ["undated", "off"])
def test_ways_around_the_age_of_a_list(start, lab, honest, log_list, way):
    """An older list does not come by way of one without a date, nor of mode off."""
    ct = log_list(log_list_timestamp="2026-09-02T00:00:00Z")
    daemon = start([honest], tls=lab.tls, ct=ct)
    if way == "undated":
        log_list(log_list_timestamp=None)
        answer = daemon.reload()
        assert not answer["ok"] and "may be older than the one" in answer["error"]
    else:
        assert daemon.reload(dict(daemon.config, ct={"mode": "off"}))["ok"]
    log_list(log_list_timestamp="2026-09-01T00:00:00Z")
    answer = daemon.reload(dict(daemon.config, ct=ct))
    assert not answer["ok"] and "of 2026-09-02T00:00:00Z" in answer["error"]
    log_list(log_list_timestamp="2026-09-02T00:00:00Z")
    assert daemon.reload(dict(daemon.config, ct=ct))["ok"]


def test_list_gone_at_a_reload(start, lab, honest, log_list):
    """For one that is broken or older see test_ct_scenarios.py."""
    ct = log_list()
    daemon = start([honest], tls=lab.tls, ct=ct)
    assert is_good(ask(daemon, "example.lab"))
    os.remove(ct["log_list"])
    answer = daemon.reload()
    assert not answer["ok"] and answer["exit"] == 78
    assert f"ct.log_list: {ct['log_list']}" in answer["error"]
    assert is_good(ask(daemon, "another.lab"))
    assert daemon.upstream()["handshakes"] == 1
    assert daemon.status()["reloads"] == 0


def test_list_turned_on_and_off(start, lab, honest, log_list):
    daemon = start([honest], tls=lab.tls)
    assert is_good(ask(daemon, "example.lab"))
    assert daemon.reload(changed(daemon, ct=log_list(reject)))["ok"]
    assert is_refused(daemon, "ct_", "another.lab")
    assert daemon.reload(changed(daemon, ct={"mode": "off"}))["ok"]
    assert is_good(ask(daemon, "third.lab"))
    assert daemon.status()["log_list"] is None


def test_other_policy_judges_anew(start, lab, honest):
    daemon = start([honest], tls=lab.tls, ct=lab.ct)
    assert is_good(ask(daemon, "example.lab"))
    assert daemon.reload(changed(daemon, ct=dict(lab.ct, policy="chrome")))["ok"]
    assert is_good(ask(daemon, "another.lab"))
    assert daemon.upstream()["verdict"]["ct"]["policy"] == "chrome"


# --- a list that is too old ----------------------------------------------------------

@pytest.mark.parametrize("stale, pinned, served", [
    (None, True, True), (None, False, False), ("report_if_pinned", True, True),
    ("report_if_pinned", False, False), ("refuse", True, False), ("refuse", False, False),
    ("warn", True, True), ("warn", False, True)])
def test_stale(start, lab, honest, log_list, stale, pinned, served):
    """Every shard has ended: no certificate of today can be in one."""
    ct = log_list(end) if stale is None else dict(log_list(end), stale=stale)
    upstream = dict(honest) if pinned else {
        key: value for key, value in honest.items() if key != "pins"}
    daemon = start([upstream], tls=lab.tls, ct=ct)
    if not served:
        assert is_refused(daemon, "ct_log_list_stale")
        return
    assert is_good(ask(daemon, "example.lab"))
    shown = daemon.upstream()
    assert shown["exceptions"] == ["ct_log_list_stale"]
    assert shown["verdict"]["ct"]["waived"] is True
    assert daemon.status()["log_list"]["stale"] is True


def test_stale_is_told_at_start(start, lab, honest, log_list):
    daemon = start([honest], tls=lab.tls, ct=log_list(end))
    daemon.wait_log("log list (file): it is STALE: it could satisfy strict until 2020-12-31")
    assert daemon.log().count("it is STALE") == 1


@pytest.mark.parametrize("change, said", [
    (end, "until 2020-12-31"), (reject_all, "satisfy"), (None, "")])
def test_stale_is_told_at_a_check(write, make_config, lab, honest, log_list, change, said):
    path = write(make_config([honest], tls=lab.tls, ct=log_list(change)))
    done = check(path)
    assert (done.returncode, done.stdout) == (0, f"{path}: ok\n")
    assert said in done.stderr
    assert bool(done.stderr) == bool(said), done.stderr


def test_wrong_pins_are_wrong_with_any_list(start, lab, honest, log_list):
    upstream = dict(honest, pins=["sha256//" + 43 * "A" + "="])
    daemon = start([upstream], tls=lab.tls, ct=dict(log_list(end), stale="warn"))
    assert is_refused(daemon, "pin_mismatch")


def test_list_of_the_future(start, lab, honest, log_list):
    daemon = start([honest], tls=lab.tls,
                   ct=log_list(log_list_timestamp="2999-01-01T00:00:00Z"))
    daemon.wait_log("2999-01-01T00:00:00Z, which is in the future")
    assert is_good(ask(daemon, "example.lab"))


# --- a list that was fetched ---------------------------------------------------------

@pytest.fixture
def stored(tmp_path, make_config, lab, honest):
    """A configuration with updates, and a function that stores a list as pintlectl
    does; the lab's logs, signed by `signer`."""
    ours, others = Signer(tmp_path, "ours"), Signer(tmp_path, "others")
    update = {"url": "https://lists.lab/l.json", "key": ours.key, "address": "192.0.2.1"}
    config = make_config([honest], tls=lab.tls, ct={"update": update})
    os.mkdir(config["state_dir"], 0o700)

    # Newer than the built-in one, and not of the future: it proves the time.
    newer = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))

    def put(timestamp=newer, signer=ours):
        with open(lab.ct["log_list"], encoding="utf-8") as file:
            data = json.load(file)
        data["log_list_timestamp"] = timestamp
        data = json.dumps(data).encode()
        with open(os.path.join(config["state_dir"], STORED), "wb") as file:
            file.write(base64.b64encode(signer.sign(data)) + b"\n" + data)
    return config, put, others


def test_stored_list_is_used(start, stored):
    config, put, _ = stored
    put()
    daemon = start(config)
    assert is_good(ask(daemon, "example.lab"))
    assert daemon.status()["log_list"]["source"] == "stored"


def test_stored_list_comes_with_a_reload(start, stored):
    config, put, _ = stored
    daemon = start(config)
    assert is_refused(daemon, "ct_")
    put()
    assert daemon.reload()["ok"]
    assert is_good(ask(daemon, "another.lab"))


def test_stored_list_of_another_key(start, stored):
    config, put, others = stored
    put(signer=others)
    daemon = start(config)
    assert is_refused(daemon, "ct_")
    assert daemon.status()["log_list"]["source"] == "builtin"
    assert STORED in daemon.log()


def test_stored_list_after_the_key_was_changed(start, stored):
    """Without it what is left is older; the cause is said, and the way out is true."""
    config, put, others = stored
    put()
    daemon = start(config)
    update = dict(config["ct"]["update"], key=others.key)
    answer = daemon.reload(dict(config, ct={"update": update}))
    assert not answer["ok"] and "older than the one in force" in answer["error"]
    assert f"{STORED}: not used: its signature is not by the configured key" \
        in answer["error"]
    assert "a restart does" in answer["error"]
    assert daemon.stop() == 0
    daemon = start(dict(config, ct={"update": update}))
    assert daemon.status()["log_list"]["source"] == "builtin"


def test_stored_list_without_a_key(start, stored):
    """Nobody can tell whose it is."""
    config, put, _ = stored
    put()
    del config["ct"]["update"]
    daemon = start(config)
    assert is_refused(daemon, "ct_")
    assert daemon.status()["log_list"]["source"] == "builtin"


def test_stored_list_that_is_older(start, stored):
    """The built-in one is newer: an upgrade leaves it behind."""
    config, put, _ = stored
    put(timestamp="2020-01-01T00:00:00Z")
    daemon = start(config)
    assert daemon.status()["log_list"]["timestamp"] == stamp_of(BUILTIN)


def test_stored_list_taken_away(start, stored):
    """What is left would be older than what is in force."""
    config, put, _ = stored
    put()
    daemon = start(config)
    assert is_good(ask(daemon, "example.lab"))
    os.remove(os.path.join(config["state_dir"], STORED))
    answer = daemon.reload()
    assert not answer["ok"] and "older than the one in force" in answer["error"]
    assert is_good(ask(daemon, "another.lab"))
    shutil.rmtree(config["state_dir"])
