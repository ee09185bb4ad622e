"""pintlectl's orders to the daemon, over a control socket of our own."""
import base64
import datetime
import json
import os
import socket
import threading

import dns.message
import dns.rrset
import pytest

from pintlectl import (  # noqa: F401 (fixtures among them)
    CONFIG, FAILED, OK, REFUSED, USAGE, ctl,
)

# --- the control socket -----------------------------------------------------------------------


@pytest.fixture(name="daemon")
def fixture_daemon(tmp_path):
    """daemon(reply) answers one connection; .asked is what it was asked."""
    listeners = []

    class Daemon(threading.Thread):
        def __init__(self, reply):
            super().__init__(daemon=True)
            self.path = tmp_path / f"control{len(listeners)}.sock"
            self.reply = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
            self.asked = None
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(str(self.path))
            self.listener.listen(1)
            listeners.append(self.listener)
            self.start()

        def run(self):
            connection = self.listener.accept()[0]
            with connection:
                line = connection.makefile("rb").readline()
                self.asked = json.loads(line)
                try:
                    connection.sendall(self.reply)
                except OSError:
                    pass  # the client had enough

        def ask(self, *words):
            done = ctl("--socket", self.path, *words)
            self.join(10)
            return done

    yield Daemon
    for listener in listeners:
        listener.close()


def upstream(name, state, **more):
    return {
        "name": name, "protocol": "dot", "state": state,
        "addresses": ["192.0.2.1:853"],
        "connection": {"state": "closed", "address": None, "tls": None},
        "retry_in_ms": 0, "last_failure": None, "verdict": None, "exceptions": [],
        "latency_ms": None, "queries": 0, "answers": 0, "handshakes": 0,
        "mismatched_answers": 0, **more}


def status_of(*upstreams):
    return {
        "ok": True, "version": "0.1.0", "pid": 7, "uptime_s": 93784, "config": "/etc/x",
        "listen": ["127.0.0.1:53"], "upstreams": list(upstreams),
        "cache": {"entries": 1, "bytes": 100, "size_bytes": 8388608, "hits": 1,
                  "misses": 2, "evictions": 0},
        "queries": {"received": 5, "answered": 4, "in_flight": 1, "tcp_clients": 0}}


GOOD = upstream("alpha", "good", latency_ms=12, exceptions=["pins_only"],
                verdict={"accepted": True, "explanation": "accepted, pins only"},
                connection={"state": "open", "address": "192.0.2.1:853",
                            "tls": "TLSv1.3"})
SLOW = upstream("gamma", "slow", protocol="doh", latency_ms=1200, connections=2,
                resumed=3, handshakes=5, retry_in_ms=900, last_failure={
                    "kind": "timeout", "text": "its answers take long"})
BAD = upstream("beta", "refused", retry_in_ms=4100, last_failure={
    "kind": "refused", "text": "pin_mismatch: no key in the chain is pinned"})


@pytest.mark.parametrize("upstreams, first", [
    ([GOOD, BAD], "pintle works: 1 of 2 upstreams"),
    ([GOOD, SLOW, BAD], "pintle works: 2 of 3 upstreams"),
    ([SLOW, BAD], "pintle works, but slowly: 1 of 2 upstreams"),
    ([BAD, BAD], "pintle does NOT work: none of 2"),
    ([upstream("off", "unreachable"), upstream("odd", "broken")],
     "pintle does NOT work: none of 2"),
    ([upstream("new", "unknown")], "pintle runs; no upstream was asked yet"),
    ([upstream("new", "unknown"), BAD], "pintle does NOT work"),
])
def test_status_says_whether_it_works(daemon, upstreams, first):
    one = daemon(status_of(*upstreams))
    done = one.ask("status")
    assert done.returncode == OK and done.out.startswith(first)
    assert one.asked == {"command": "status"}
    assert len(done.out.splitlines()) <= 24


def test_status_lines(daemon):
    lines = daemon(status_of(GOOD, BAD, SLOW)).ask("status").out.splitlines()
    alpha, = [line for line in lines if "alpha" in line]
    beta, = [line for line in lines if "beta" in line]
    assert all(w in alpha for w in ("good", "12 ms", "TLSv1.3", "accepted", "pins_only"))
    assert all(w in beta for w in ("refused", "pin_mismatch: no key", "next try in 5 s"))
    gamma, = [line.split() for line in lines if "gamma" in line]
    assert gamma[4] == "doh" and gamma[7:9] == ["2", "3/5"]
    assert " ".join(gamma[9:]) == "its answers take long"
    assert any("1d 02:03:04" in line for line in lines)


def test_status_json_is_the_daemons(daemon):
    said = json.loads(daemon(status_of(GOOD)).ask("status", "--json").out)
    assert said == status_of(GOOD)


def test_status_of_hostile_text(daemon):
    """ctl() looks for the escape bytes."""
    odd = "\x1b[2J\n\u202e\u00e9" * 50
    one = status_of(upstream(odd, odd, addresses=[odd], exceptions=[odd], last_failure={
        "kind": odd, "text": odd}))
    one["version"] = one["config"] = odd
    assert daemon(one).ask("status").returncode == OK
    assert daemon(one).ask("status", "--json").returncode == OK


CT = {"mode": "require", "policy": "strict", "ok": True, "reason": None, "waived": False,
      "explanation": "3 of 3 SCTs count"}
LIST = {"source": "builtin", "timestamp": "2026-11-01T00:00:00Z", "age_days": 22,
        "logs": 58, "good_until": "2999-01-01T00:00:00Z", "satisfiable": True,
        "policy": "strict"}


def judged(name, **ct):
    return upstream(name, "good", verdict={
        "accepted": True, "explanation": "accepted", "ct": {**CT, **ct}})


def lines_of(daemon, *upstreams, **members):
    done = daemon({**status_of(*upstreams), **members}).ask("status")
    assert done.returncode == OK
    return done.out


def test_status_ct(daemon):
    out = lines_of(daemon, judged("alpha"), judged("gone", mode="off"), log_list=LIST)
    assert "  ct       alpha: require, strict: 3 of 3 SCTs count\n" in out
    assert "ct       gone" not in out
    age = (datetime.datetime.now(datetime.timezone.utc)
           - datetime.datetime(2026, 11, 1, tzinfo=datetime.timezone.utc)).days
    assert (f"  log list builtin of 2026-11-01T00:00:00Z, {age} days old, 58 logs; it can "
            "satisfy strict until 2999-01-01T00:00:00Z\n") in out


def test_status_ct_failed(daemon):
    out = lines_of(daemon, judged(
        "alpha", mode="report", ok=False, reason="ct_too_few", explanation="too few: 1"))
    assert "  ct       alpha: report, strict: ct_too_few: too few: 1\n" in out
    out = lines_of(daemon, judged("alpha", ok=None, explanation=None))
    assert "  ct       alpha: require, strict: not looked at\n" in out
    out = lines_of(daemon, judged("alpha", ok=None, explanation=None, policy=None))
    assert "  ct       alpha: require: not looked at\n" in out
    out = lines_of(daemon, judged("alpha", ok=False, reason="ct_log_list_stale",
                                  waived=True))
    assert "(let pass: ct.stale)" in out


@pytest.mark.parametrize("days, words", [
    (-1, "it is STALE: "), (59, "update it: "), (61, "it can satisfy strict until ")])
def test_status_list_horizon(daemon, days, words):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    date = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    out = lines_of(daemon, log_list={**LIST, "good_until": date})
    line, = [line for line in out.splitlines() if "log list" in line]
    assert words in line and line.endswith(date)


@pytest.mark.parametrize("members, words", [
    ({"good_until": None}, "it can satisfy strict without end"),
    ({"good_until": None, "satisfiable": False}, "it cannot satisfy strict"),
    ({"timestamp": "2999-01-01T00:00:00Z"}, "of 2999-01-01T00:00:00Z, which is in the "),
    ({"timestamp": None}, "builtin without a date, 58 logs"),
])
def test_status_list_without_date_or_end(daemon, members, words):
    out = lines_of(daemon, log_list={**LIST, **members})
    assert words in out and "-" not in out.split("days old")[0].split()[-1]


def learned(enforced, *refused):
    dates = {"first_seen": "2026-10-01T00:00:00Z", "last_seen": "2026-11-01T00:00:00Z"}
    return {"enforced": enforced, "issuer": {"pin": "sha256//I", **dates},
            "root": {"pin": "sha256//R", **dates}, "refused": list(refused)}


REFUSED_KEYS = {"issuer": "sha256//J", "root": "sha256//S", "leaf": "CN=a.lab",
                "first_seen": "2026-11-02T00:00:00Z", "last_seen": "2026-11-03T00:00:00Z",
                "command": "pintlectl pins accept alpha sha256//J"}
CHANGE = {"was": "sha256//A", "is": "sha256//B", "at": "2026-11-01T00:00:00Z"}


def test_status_learned(daemon):
    out = lines_of(daemon, upstream("alpha", "good", learned=learned(True)))
    assert ("  learned  alpha: issuer sha256//I since 2026-10-01, root sha256//R since "
            "2026-10-01\n") in out and "WARNING" not in out
    out = lines_of(daemon, upstream("alpha", "good", learned=learned(False)))
    assert "learned" not in out
    out = lines_of(daemon, upstream("alpha", "refused", learned=learned(True, REFUSED_KEYS)))
    assert ("  WARNING  alpha: refused issuer sha256//J, root sha256//S, of CN=a.lab, "
            "2026-11-02 to 2026-11-03; if the operator confirms them: pintlectl pins "
            "accept alpha sha256//J\n") in out
    out = lines_of(daemon, upstream("alpha", "refused",
                                    learned=learned(True, REFUSED_KEYS, REFUSED_KEYS)))
    assert out.count("WARNING") == 2


def test_status_learned_in_memory_alone(daemon):
    for kept in (True, False):
        out = lines_of(daemon, upstream("alpha", "good",
                                        learned={**learned(True), "kept": kept}))
        assert ("  WARNING  alpha: what was learned last is in memory alone" in out) is not kept
        assert "  learned  alpha: issuer" in out


def test_status_issuer_changed(daemon):
    out = lines_of(daemon, upstream("alpha", "good", issuer_changed=CHANGE,
                                    learned=learned(False)))
    assert ("  WARNING  alpha: its issuer changed 2026-11-01: it was sha256//A, is "
            "sha256//B\n") in out
    out = lines_of(daemon, upstream("alpha", "good", issuer_changed=CHANGE,
                                    learned=learned(True)))
    assert "  changed  alpha: another issuer was accepted 2026-11-01" in out


@pytest.mark.parametrize("odd", [7, "x", [], {}, None, {"timestamp": 5, "logs": "x"},
                                 {"was": [], "issuer": 7, "enforced": True, "refused": {}},
                                 {"enforced": True, "refused": [7, None, []]}])
def test_status_ct_of_other_shapes(daemon, odd):
    lines_of(daemon, upstream("a", "good", learned=odd, issuer_changed=odd,
                              verdict={"ct": odd}), log_list=odd)
    lines_of(daemon, judged("a", mode=odd, policy=odd, reason=odd, explanation=odd))


@pytest.mark.parametrize("answer", [
    {"ok": True}, {"ok": True, "upstreams": 7}, {"ok": True, "upstreams": [7, None, []]},
    {"ok": True, "listen": {}, "cache": [], "queries": "x", "uptime_s": -1, "pid": "x"},
    {"ok": True, "upstreams": [{"connection": 5, "addresses": [5], "exceptions": [5]}]},
])
def test_status_of_other_shapes(daemon, answer):
    assert daemon(answer).ask("status").returncode == OK


@pytest.mark.parametrize("reply", [
    b"", b"\n", b"{", b"[]", b"null", b"{}", b'{"ok": true', b'{"ok": true} x',
    b'{"ok": "\xff"}', b'{"ok": true, "a": "\\u0000"}', b"[" * 100000, b"\0" * 1000,
    b'{"a":' * 5000, b"HTTP/1.1 400 Bad Request\r\n\r\n",
], ids=lambda reply: repr(reply[:24]))
def test_what_answers_is_not_pintle(daemon, reply):
    done = daemon(reply).ask("status")
    assert done.returncode == FAILED and "not pintle" in done.err and done.out == ""


def test_answer_without_end_is_cut(daemon):
    done = daemon(b'{"ok": "' + b"x" * (5 << 20)).ask("status")
    assert done.returncode == FAILED and "longer than" in done.err


@pytest.mark.parametrize("sent, code", [
    ({"exit": 2}, USAGE), ({"exit": 3}, REFUSED), ({"exit": 78}, CONFIG), ({}, FAILED),
    ({"exit": 0}, FAILED), ({"exit": 256}, FAILED), ({"exit": "3"}, FAILED),
])
def test_daemon_refuses(daemon, sent, code):
    done = daemon({"ok": False, "error": "no\x1b[31m such thing", **sent}).ask("reload")
    assert done.returncode == code and "such thing" in done.err and done.out == ""
    done = daemon({"ok": False, **sent}).ask("reload", "--json")
    assert done.returncode == code and json.loads(done.out)["ok"] is False


def test_ok_must_be_true(daemon):
    assert daemon({"ok": 1}).ask("reload").returncode == FAILED


def test_no_daemon(tmp_path):
    done = ctl("--socket", tmp_path / "none", "status")
    assert done.returncode == FAILED and "pintle does not run" in done.err
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(tmp_path / "stale"))
    done = ctl("--socket", tmp_path / "stale", "status")
    assert done.returncode == FAILED and "pintle does not run" in done.err
    assert ctl("--socket", "/" + "x" * 200, "status").returncode == USAGE


@pytest.mark.parametrize("words, asked", [
    (["reload"], {"command": "reload"}),
    (["stats"], {"command": "stats"}),
    (["flush"], {"command": "flush"}),
    (["flush", "a.lab"], {"command": "flush", "name": "a.lab"}),
])
def test_orders(daemon, words, asked):
    one = daemon({"ok": True, "removed": 3, "cache": {"hits": 7}})
    done = one.ask(*words)
    assert done.returncode == OK and one.asked == asked
    assert "removed 3\n" in done.out and "cache.hits 7\n" in done.out
    assert json.loads(daemon({"ok": True}).ask(*words, "--json").out) == {"ok": True}


# --- pins accept ------------------------------------------------------------------------------


def test_pins_accept(daemon):
    answer = {"ok": True, "upstream": "alpha", "issuer": "sha256//I", "root": "sha256//R",
              "was": {"issuer": "sha256//A", "root": "sha256//B"}}
    one = daemon(answer)
    done = one.ask("pins", "accept", "alpha")
    assert one.asked == {"command": "accept", "upstream": "alpha"}
    assert done.returncode == OK
    for line in ("upstream alpha", "issuer sha256//I", "root sha256//R",
                 "was.issuer sha256//A", "was.root sha256//B"):
        assert line + "\n" in done.out
    assert json.loads(daemon(answer).ask("pins", "accept", "alpha", "--json").out) == answer


def test_pins_accept_with_pins(daemon):
    asked = {"command": "accept", "upstream": "alpha"}
    for words in (["sha256//I"], ["sha256//I", "sha256//R"]):
        asked.update(zip(("issuer", "root"), words))
        one = daemon({"ok": True})
        assert one.ask("pins", "accept", "alpha", *words).returncode == OK
        assert one.asked == asked


def test_pins_accept_which(daemon):
    done = daemon({"ok": False, "error": "several", "exit": 1, "refused": [
        REFUSED_KEYS, 7, {**REFUSED_KEYS, "leaf": "CN=\x1b[31m"}]}).ask(
            "pins", "accept", "alpha")
    assert done.returncode == FAILED and done.out == ""
    assert done.err.count(REFUSED_KEYS["command"] + "\n") == 2 and "\x1b" not in done.err


def test_pins_accept_refused(daemon):
    done = daemon({"ok": False, "error": "alpha does not learn", "exit": 2}).ask(
        "pins", "accept", "alpha")
    assert done.returncode == USAGE and "does not learn" in done.err and done.out == ""


@pytest.mark.parametrize("words", [["accept"], ["accept", "a", "b", "c", "d"]])
def test_pins_accept_usage(words):
    done = ctl("pins", *words)
    assert done.returncode == USAGE and "./accept" in done.err


def test_pins_of_a_file_called_accept(tmp_path):
    """Not an order: no socket is opened."""
    done = ctl("pins", "./accept", cwd=tmp_path)
    assert done.returncode == FAILED and "./accept: No such file" in done.err
    assert ctl("pins", "accept", "a", "--socket", tmp_path / "none").returncode == FAILED


# --- query -----------------------------------------------------------------------------------------


def reply_of(rcode=0, ede=None, wire=None, records=(), name="a.lab."):
    message = dns.message.make_response(dns.message.make_query(name, "A"))
    message.set_rcode(rcode)
    message.answer = [dns.rrset.from_text(*record) for record in records]
    wire = message.to_wire() if wire is None else wire
    return {
        "ok": True, "rcode": dns.rcode.to_text(rcode), "upstream": "alpha",
        "ede": ede, "wire": base64.b64encode(wire).decode()}


ADDRESS = ("a.lab.", 300, "IN", "A", "192.0.2.7")


def test_query_asks(daemon):
    one = daemon(reply_of())
    one.ask("query", "a.lab")
    assert one.asked == {"command": "query", "name": "a.lab", "type": "A"}
    one = daemon(reply_of())
    one.ask("query", "a.lab", "--upstream", "alpha", "TXT")
    assert one.asked == {
        "command": "query", "name": "a.lab", "type": "TXT", "upstream": "alpha"}


def test_query_name_that_json_cannot_write():
    assert ctl("query", os.fsdecode(b"\xff.lab")).returncode == USAGE


def test_query_text(daemon):
    done = daemon(reply_of(records=[ADDRESS])).ask("query", "a.lab")
    assert done.returncode == OK
    assert "a.lab.\t300\tIN\tA\t192.0.2.7" in done.out and "from alpha" in done.out


def test_query_json(daemon):
    odd = 'q"\\\\\\000b.lab.'  # a quote, a backslash, a NUL
    records = [ADDRESS, ("a.lab.", 60, "IN", "TXT", '"x\\"y\\\\ \\027[31m"'),
               (odd, 1, "IN", "TYPE65280", "\\# 2 abcd")]
    done = daemon(reply_of(records=records, name=odd)).ask("query", "a.lab", "--json")
    message = json.loads(done.out)["message"]
    assert message["header"]["rcode"] == 0 and message["question"]["type"] == "A"
    address, text, unknown = message["answer"]
    assert address == {
        "name": "a.lab.", "ttl": 300, "class": "IN", "type": "A", "data": "192.0.2.7"}
    assert text["data"].startswith('"x\\"y\\\\')
    assert (unknown["type"], unknown["data"].lower()) == ("TYPE65280", "\\# 2 abcd")


@pytest.mark.parametrize("rcode, ede, code", [
    (0, None, OK), (3, None, OK), (2, None, FAILED), (5, None, FAILED),
    (2, {"code": 28, "text": "alpha: pin_mismatch\x1b[31m"}, REFUSED),
    (2, {"code": 22, "text": "no reachable authority"}, FAILED),
    (0, {"code": 3, "text": "stale"}, OK), (0, {"code": 28, "text": "x"}, OK),
])
def test_query_exit_code(daemon, rcode, ede, code):
    done = daemon(reply_of(rcode, ede)).ask("query", "a.lab")
    assert done.returncode == code
    assert ede is None or f"extended error {ede['code']}: {ede['text'][:5]}" in done.out


@pytest.mark.parametrize("wire", [
    b"", b"x", bytes(11), b"\xff" * 12, b"\xff" * 70000, "not base64", None, 7,
], ids=lambda wire: repr(wire)[:20])
def test_query_bad_wire(daemon, wire):
    answer = reply_of(wire=wire if isinstance(wire, bytes) else b"")
    if not isinstance(wire, bytes):
        answer["wire"] = wire
    done = daemon(answer).ask("query", "a.lab")
    # Twelve bytes are a header, whatever it says; less is no message.
    assert done.returncode == (OK if wire == b"\xff" * 12 else FAILED)


def test_query_cut_and_damaged_messages(daemon):
    """Whatever getdns makes of it: no crash, no stray byte."""
    whole = base64.b64decode(reply_of(records=[
        ADDRESS, ("a.lab.", 1, "IN", "MX", "10 b.a.lab."),
        ("a.lab.", 1, "IN", "RRSIG", "A 13 2 60 20300101000000 20200101000000 1 a.lab. AA=="),
    ])["wire"])
    for at in range(0, len(whole), 7):
        damaged = whole[:at] + b"\xff" + whole[at + 1:]
        for wire in (whole[:at], damaged):
            for words in ([], ["--json"]):
                done = daemon(reply_of(wire=wire)).ask("query", "a.lab", *words)
                assert done.returncode in (OK, FAILED)
