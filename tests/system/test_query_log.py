"""The query log: one line a query, when its reply is known."""

import json
import re
import socket

import dns.rcode
import pytest

from client import ask, is_failed, is_good
from harness import wait_for

HOSTILE = r"\010\027[2J\"\\{\255.example.lab."


def lines(daemon, word="query "):
    """What was logged, without the time in front."""
    return [line.split(" ", 1)[1] for line in daemon.log().splitlines()
            if re.match(rf"\S+Z {word}", line)]


def objects(daemon):
    """Whatever begins as an object is one."""
    return [json.loads(line) for line in daemon.log().splitlines() if line[:1] == "{"]


def test_off_by_default(daemon):
    assert is_good(ask(daemon, "example.lab"))
    assert "example.lab" not in daemon.log()


def test_text(start, honest, lab):
    """Asked, from the cache, and over TCP; true is text."""
    daemon = start([honest], tls=lab.tls, log={"queries": True})
    for tcp in (False, False, True):
        assert is_good(ask(daemon, "example.lab", tcp=tcp))
    first, *others = lines(daemon)
    assert re.fullmatch(r"query example\.lab\. A from 127\.[\d.]+: upstream honest NOERROR "
                        r"\d+ ms", first)
    assert len(others) == 2
    for line in others:
        assert re.search(r": cache NOERROR 0 ms$", line)


def test_whatever_the_level(start, honest, lab):
    daemon = start([honest], tls=lab.tls, log={"queries": "text", "level": "error"})
    for _ in range(12):
        assert is_good(ask(daemon, "example.lab"))
    assert len(lines(daemon)) == 12


def test_json(start, honest, lab):
    daemon = start([honest], tls=lab.tls, log={"queries": "json"})
    assert is_good(ask(daemon, "example.lab"))
    ask(daemon, HOSTILE)
    ask(daemon, "example.lab", "TYPE65280")
    ask(daemon, "version.bind", "TXT", rdclass="CH")
    ask(daemon, "localhost")
    first, hostile, unknown, chaos, local = objects(daemon)
    assert first.pop("ms") >= 0 and re.fullmatch(r"[\d-]+T[\d:]+Z", first.pop("time"))
    assert first.pop("client").startswith("127.")
    assert first == {"event": "query", "name": "example.lab.", "type": "A",
                     "by": "upstream", "upstream": "honest", "rcode": "NOERROR",
                     "secure": False}
    assert hostile["name"] == HOSTILE
    assert unknown["type"] == "TYPE65280"
    assert (chaos["by"], chaos["rcode"]) == ("here", "REFUSED")
    assert (local["by"], local["rcode"]) == ("local", "NOERROR")


def test_failure(start, lab):
    """Who failed of what stands in the line, also where the client has no EDNS."""
    config = {"name": "gone", "address": ["127.0.0.1:1"], "auth_name": "gone.lab"}
    daemon = start([config], tls=lab.tls, log={"queries": "json"}, limits={"timeout": "1s"})
    assert is_failed(ask(daemon, "example.lab", use_edns=False))
    said, = objects(daemon)
    assert said["rcode"] == "SERVFAIL" and said["by"] == "nobody"
    assert "gone" in said["ede"]["text"]


# Header, then: a question whose name points at itself, and one with bytes left over.
UNREADABLE = b"\x12\x34\1\0\0\1\0\0\0\0\0\0"
BAD_QUESTION = UNREADABLE + b"\xc0\x0c\0\1\0\1"
BAD_REST = UNREADABLE + b"\3abc\0\0\1\0\1\0"


def test_what_cannot_be_read(start, lab):
    """It has the words of no other query, and without a name no line."""
    config = {"name": "gone", "address": ["127.0.0.1:1"], "auth_name": "gone.lab"}
    daemon = start([config], tls=lab.tls, log={"queries": "json"}, limits={"timeout": "1s"})
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        for bad in (BAD_QUESTION, BAD_REST):
            assert is_failed(ask(daemon, "example.lab", "MX"))
            client.sendto(bad, daemon.listen[0])
            assert client.recv(512)[3] & 0xf == dns.rcode.FORMERR
    said = [line for line in objects(daemon) if line["name"] != "example.lab."]
    assert [(line["name"], line["type"], line["by"], line["rcode"]) for line in said] \
        == [("abc.", "A", "here", "FORMERR")]
    assert "ede" not in said[0]


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("privacy", ["none", "client", "name"])
def test_privacy(start, honest, lab, form, privacy):
    daemon = start([honest], tls=lab.tls, log={"queries": form, "privacy": privacy})
    assert is_good(ask(daemon, "example.lab"))
    if form == "json":
        line, = objects(daemon)
        has = "client" in line, "name" in line
    else:
        line, = lines(daemon)
        has = " from 127." in line, "example.lab" in line
    assert has == (privacy == "none", privacy != "name")


def test_reload(daemon):
    assert is_good(ask(daemon, "example.lab"))
    assert daemon.reload(dict(daemon.config, log={"queries": "json"}))["ok"]
    assert is_good(ask(daemon, "example.lab"))
    said, = objects(daemon)
    assert said["by"] == "cache"
    assert daemon.reload(dict(daemon.config, log={"queries": False}))["ok"]
    assert is_good(ask(daemon, "example.lab"))
    assert len(objects(daemon)) == 1


def test_whoever_reads_slowly_keeps_nobody_waiting(start, honest, lab, place):
    """Its log goes into a pipe that nobody reads; clients are answered all the same."""
    daemon = start([honest], tls=lab.tls, log={"queries": "text"},
                   command=("sh", "-c", f'mkfifo {place}/log; exec 3<>{place}/log; '
                            'exec "$@" 2>&3', "sh"))
    for _ in range(1200):
        assert is_good(ask(daemon, "example.lab"))
    wait_for("an answer", lambda: daemon.status()["ok"])
