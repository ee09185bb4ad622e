"""DNS over HTTPS to servers that others wrote."""

import os
import re
import shutil

import pytest

from client import Later, ask, first, is_good
from doh_servers import AGE_S, PROGRAMS, RealDoh
from harness import has_sanitizers, run
from servers import Real, find_program

ADDRESS = "192.0.2.7"


def begin(kind, children, authority, place, name):
    if find_program(name) is None:
        pytest.skip(f"{name} is not installed")
    directory = os.path.join(place, f"{name}-{len(children)}")
    os.mkdir(directory)
    children.append(kind(name, authority, directory))
    return children[-1].wait_ready()


@pytest.fixture
def real(authority, place):
    """A function that starts one of them, or skips the test where it is missing."""
    children = []
    yield lambda name, kind=RealDoh: begin(kind, children, authority, place, name)
    for child in children:
        child.end()
        child.kill()


@pytest.mark.parametrize("get", [True, False], ids=["GET", "POST"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_asked(real, start, name, get):
    """Many at once, over one connection."""
    daemon = start([real(name).upstream(get=get)])
    assert first(ask(daemon, "example.test")) == ADDRESS
    clients = [Later(ask, daemon, f"n{i}.test", tcp=i % 2 == 0, want_dnssec=i % 3 == 0)
               for i in range(30)]
    for one in clients:
        assert is_good(one.get())
    upstream = daemon.upstream()
    assert upstream["handshakes"] == 1 and upstream["mismatched_answers"] == 0
    assert upstream["protocol"] == "doh" and upstream["verdict"]["accepted"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_refused(real, start, name):
    """The twin: the same server, another name to bear."""
    upstream = real(name).upstream()
    upstream["url"] = re.sub("//[^:]*", "//other.test", upstream["url"])
    daemon = start([upstream])
    assert not is_good(ask(daemon, "example.test"))
    assert daemon.upstream()["verdict"]["reasons"] == ["name_mismatch"]
    assert daemon.upstream()["queries"] == 0


# unbound selects h2 behind its DoT port, too.
@pytest.mark.parametrize("name", ["dnsdist", "kresd"])
def test_without_h2(real, start, name):
    """A DoT server with the right certificate: nothing is asked of who does not select
    HTTP/2."""
    server = real(name, kind=Real)
    upstream = server.upstream()
    host = upstream.pop("auth_name")
    daemon = start([dict(upstream, protocol="doh",
                         url=f"https://{host}:{server.port}/dns-query")])
    assert not is_good(ask(daemon, "example.test"))
    assert daemon.upstream()["verdict"]["reasons"] == ["tls_protocol"]
    assert daemon.upstream()["queries"] == 0


@pytest.mark.parametrize("get", [True, False], ids=["GET", "POST"])
def test_large_answers(real, start, get):
    """Over 1232 bytes, and 60 kB, whole."""
    daemon = start([real("unbound").upstream(get=get)])
    for zone, records in (("more.", 10), ("big.", 250)):
        reply = ask(daemon, zone, "TXT", tcp=True)
        assert is_good(reply)
        assert sorted(data.strings[0][:4] for data in reply.answer[0]) == \
            [b"%04d" % i for i in range(records)]
    assert daemon.upstream()["handshakes"] == 1


def test_age(real, start):
    """RFC 8484 §5.1: what a cache on the way has used up of the TTL is gone."""
    daemon = start([real("dnsdist").upstream()])
    reply = ask(daemon, "example.test")
    assert first(reply) == ADDRESS
    lives_s = 60  # dnsdist's
    assert reply.answer[0].ttl == max(0, lives_s - AGE_S)


def test_wrong_path(real, start):
    """An HTTP error is a failed question, not a bad connection."""
    upstream = real("dnsdist").upstream()
    upstream["url"] = upstream["url"].replace("/dns-query", "/elsewhere")
    daemon = start([upstream])
    assert not is_good(ask(daemon, "one.test"))
    assert daemon.upstream()["verdict"]["accepted"]


def test_wrong_path_and_another(real, start):
    """The next upstream answers, and status says what is wrong with the first."""
    bad = real("dnsdist").upstream("bad")
    bad["url"] = bad["url"].replace("/dns-query", "/elsewhere")
    daemon = start([bad, real("kresd").upstream("good")], strategy="ordered")
    for i in range(10):
        assert is_good(ask(daemon, f"n{i}.test"))
    assert daemon.upstream("bad")["state"] == "broken"
    assert "HTTP status 404" in daemon.upstream("bad")["last_failure"]["text"]
    assert daemon.upstream("good")["state"] == "good"


@pytest.mark.parametrize("get", [True, False], ids=["GET", "POST"])
def test_ten_thousand(real, start, place, get):
    """None from the cache, none lost, over one connection. Under sanitizers there are
    fewer of them."""
    if shutil.which("dnsperf") is None:
        pytest.skip("dnsperf is not installed")
    names = 2000 if has_sanitizers() else 10000
    daemon = start([real("unbound").upstream(get=get)], cache={"size": 0})
    assert is_good(ask(daemon, "warm.test"))
    path = os.path.join(place, "names")
    with open(path, "w", encoding="ascii") as file:
        file.writelines(f"n{i}.test A\n" for i in range(names))
    done = run(["dnsperf", "-s", daemon.address, "-p", str(daemon.port), "-d", path,
                "-n", "1", "-c", "8", "-q", "80", "-t", "20"], timeout_s=200)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"NOERROR {names} (100.00%)" in done.stdout, done.stdout
    upstream = daemon.upstream()
    assert upstream["handshakes"] == 1
    assert upstream["mismatched_answers"] == 0
    assert daemon.status()["queries"]["failed"] == 0
