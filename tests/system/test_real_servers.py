"""DoT servers that others wrote, as honest upstreams, and many questions through one
connection to one of them."""

import itertools
import os
import re
import shutil

import pytest

from client import Later, ask, first, is_good
from harness import has_sanitizers, run, wait_for
from servers import PROGRAMS, Real, find_program

ADDRESS = "192.0.2.7"


@pytest.fixture
def real(authority, place):
    """A function that starts one of them, or skips the test where it is missing."""
    children = []

    def begin(name, **options):
        if find_program(name) is None:
            pytest.skip(f"{name} is not installed")
        directory = os.path.join(place, name)
        os.mkdir(directory)
        children.append(Real(name, authority, directory, **options))
        return children[-1].wait_ready()
    yield begin
    for child in children:
        child.end()
        child.kill()


def check_figures(daemon, asked):
    """Each question went out once, but for those that are told to have been asked twice,
    at most 20 and one in 20. A connection more is one that was opened beside a slow one."""
    upstream, told = daemon.upstream(), daemon.status()["queries"]
    assert told["asked"] == asked
    assert told["hedges"] <= 20 + asked // 20 and told["failovers"] == 0
    twice = told["hedges"] + told["retries"]
    assert asked <= upstream["queries"] <= asked + twice
    assert asked <= upstream["answers"] <= upstream["queries"]
    assert upstream["mismatched_answers"] == 0
    assert told["retries"] <= upstream["lost"]
    assert upstream["connections"] <= 3
    assert upstream["handshakes"] == 1 or twice + upstream["replaced"] > 0


@pytest.mark.parametrize("name", PROGRAMS)
def test_asked(real, start, name):
    """Many at once; TLS as they speak it by default."""
    daemon = start([real(name).upstream()])
    assert first(ask(daemon, "example.test")) == ADDRESS
    clients = [Later(ask, daemon, f"n{i}.test", tcp=i % 2 == 0, want_dnssec=i % 3 == 0)
               for i in range(30)]
    for one in clients:
        assert is_good(one.get())
    check_figures(daemon, 31)
    assert daemon.upstream()["verdict"]["accepted"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_refused(real, start, name):
    """The twin: the same server, another name to bear."""
    upstream = dict(real(name).upstream(), auth_name="other.test")
    daemon = start([upstream])
    assert not is_good(ask(daemon, "example.test"))
    assert daemon.upstream()["verdict"]["reasons"] == ["name_mismatch"]
    assert daemon.upstream()["queries"] == 0


@pytest.mark.parametrize("name", PROGRAMS)
def test_restarted(real, start, place, name):
    """It goes and comes back, as at an upgrade."""
    server = real(name)
    daemon = start([server.upstream()])
    assert is_good(ask(daemon, "one.test"))
    server.kill()
    assert not is_good(ask(daemon, "two.test"))
    again = Real(name, server.authority, server.directory, at=(server.host, server.port))
    try:
        again.wait_ready()
        numbers = itertools.count()
        wait_for("answers again", lambda: is_good(ask(daemon, f"n{next(numbers)}.test")), 5)
    finally:
        again.end()


def test_unbound_closes_idle_connections(real, start):
    """After 100 ms. No client hears of it, and the upstream stays good."""
    daemon = start([real("unbound", idle_ms=100).upstream()])
    for i in range(4):
        assert is_good(ask(daemon, f"n{i}.test"))
        wait_for("the connection to be closed",
                 lambda: daemon.upstream()["connection"]["state"] == "closed", 10)
        assert daemon.upstream()["state"] == "good"
    assert daemon.upstream()["handshakes"] == 4


# --- many ------------------------------------------------------------------------

def dnsperf(daemon, names, mode, place):
    """Sends each once; how many were lost, and how each was answered."""
    path = os.path.join(place, "names-" + mode)
    with open(path, "w", encoding="ascii") as file:
        file.writelines(f"{mode}{i}.test A\n" for i in range(names))
    done = run(["dnsperf", "-s", daemon.address, "-p", str(daemon.port), "-m", mode,
                "-d", path, "-n", "1", "-c", "8", "-q", "80", "-t", "20"], timeout_s=200)
    assert done.returncode == 0, done.stdout + done.stderr
    numbers = {key: int(value) for key, value in
               re.findall(r"Queries (sent|completed|lost): +(\d+)", done.stdout)}
    codes = re.search(r"Response codes: +(.*)", done.stdout).group(1)
    return numbers, codes


def test_hundred_thousand(real, start, place):
    """Half over UDP, half over TCP, none from the cache, at the same time: none lost,
    all good. Under sanitizers there are fewer of them."""
    if shutil.which("dnsperf") is None:
        pytest.skip("dnsperf is not installed")
    each = 10000 if has_sanitizers() else 50000
    daemon = start([real("unbound").upstream()], cache={"size": 0})
    assert is_good(ask(daemon, "warm.test"))
    runs = [Later(dnsperf, daemon, each, mode, place) for mode in ("udp", "tcp")]
    for one in runs:
        numbers, codes = one.get(300)
        assert numbers == {"sent": each, "completed": each, "lost": 0}
        assert codes == f"NOERROR {each} (100.00%)"
    status = daemon.status()
    check_figures(daemon, 2 * each + 1)
    assert status["queries"]["failed"] == status["queries"]["dropped"] == 0
    assert status["queries"]["in_flight"] == 0
