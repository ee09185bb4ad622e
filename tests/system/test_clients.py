"""Clients that others wrote, each in its usual way: on 127.0.0.1:53 of a network
namespace of the test's own, with a resolv.conf of its own."""

import ctypes
import os
import re
import shutil
import subprocess

import dns.rdatatype
import dns.resolver
import pytest

import netns
from harness import SOURCE, Daemon, wait_for
from nsd import Front, Nsd
from servers import find_program

ZONE = "client.example"
MANY = [f"198.51.100.{i}" for i in range(1, 81)]
TEXT = 12 * ["x" * 240]

RECORDS = f"""$ORIGIN {ZONE}.
$TTL 600
@ IN SOA ns hostmaster 1 7200 900 1209600 300
@ IN NS ns
ns IN A 192.0.2.53
host IN A 192.0.2.1
host IN AAAA 2001:db8::1
v4 IN A 192.0.2.4
v6 IN AAAA 2001:db8::6
text IN TXT "nothing but text"
alias IN CNAME one
one IN CNAME two
two IN CNAME three
three IN CNAME four
four IN CNAME host
lost IN CNAME nobody
tree IN DNAME branch
leaf.branch IN A 192.0.2.9
below.sub IN A 192.0.2.10
mail IN MX 10 host
_http._tcp IN SRV 0 0 80 host
web IN HTTPS 1 . alpn=h2
web IN A 192.0.2.80
unknown IN TYPE65280 \\# 3 010203
""" + "".join(f"many IN A {address}\n" for address in MANY) \
    + "".join(f'long IN TXT "{i} {text}"\n' for i, text in enumerate(TEXT))

# What RFC 6303 lists would be answered by pintle itself.
REVERSE = """$ORIGIN 98.88.192.in-addr.arpa.
$TTL 600
@ IN SOA ns hostmaster 1 7200 900 1209600 300
@ IN NS ns.client.example.
1 IN PTR host.client.example.
"""


def start_child(children, child):
    children.append(child)
    return child.wait_ready()


def need(*programs):
    for name in programs:
        if find_program(name) is None:
            pytest.skip(f"{name} is not installed")


@pytest.fixture(scope="module")
def alone():
    """This process in a network namespace of its own, until the file has ended."""
    reason = netns.why_not()
    if reason is not None:
        pytest.skip(reason)
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net", "rb") as home:
        assert libc.unshare(netns.CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        try:
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
            yield
        finally:
            assert libc.setns(home.fileno(), netns.CLONE_NEWNET) == 0


@pytest.fixture(scope="module")
def resolver(alone, authority, short_tmp):
    """pintle where a system's resolver is."""
    need("nsd", "dnsdist")
    children = []
    zones = {ZONE: RECORDS, "98.88.192.in-addr.arpa": REVERSE, ".": ROOT}
    try:
        server = start_child(children, Nsd(short_tmp + "/nsd", zones))
        front = start_child(children, Front(server, authority, short_tmp + "/front"))
        listen = ["127.0.0.1:53", "[::1]:53"]
        yield start_child(children, Daemon(short_tmp, {
            "listen": listen, "control": short_tmp + "/control.sock",
            "state_dir": short_tmp + "/state", "ct": {"mode": "off"},
            "upstreams": [front.upstream()]}))
        for child in reversed(children):
            child.end()
    finally:
        for child in children:
            child.kill()


ROOT = """$ORIGIN .
$TTL 600
@ IN SOA ns.example. hostmaster.example. 1 7200 900 1209600 300
@ IN NS ns.example.
ns.example. IN A 192.0.2.53
"""


# --- tools ---------------------------------------------------------------------
# Each gives (rcode, the answer section as "TYPE data", sorted).

COMPLAINTS = re.compile(r"warning|malformed|mismatch|unexpected|\berror\b|failed", re.IGNORECASE)
# That is no complaint: kdig says that it goes on over TCP, drill that one should.
CUT = re.compile(r";; WARNING: (truncated reply .* retrying over TCP"
                 r"|The answer packet was truncated)")


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False,
                          stdin=subprocess.DEVNULL)
    said = CUT.sub("", done.stdout + done.stderr)
    assert command[0] == "delv" or not COMPLAINTS.search(said), done
    return done.stdout


def rows(text):
    """Answer lines of a presentation format that they all share."""
    found = []
    for line in text.splitlines():
        match = re.match(r"\S+\s+\d+\s+IN\s+(\S+)\s+(.*)", line)
        if match:
            found.append(f"{match[1]} {match[2].strip()}")
    return sorted(found)


def dig(name, kind, *options):
    text = run("dig", "@127.0.0.1", name, kind, "+noall", "+comments", "+answer", *options)
    assert " ra" in re.search("flags: ([^;]*)", text)[0]
    return re.search(r"status: (\w+)", text)[1], rows(text)


def kdig(name, kind, *options):
    text = run("kdig", "@127.0.0.1", name, kind, "+noall", "+header", "+answer", *options)
    return re.search(r"status: (\w+)", text)[1], rows(text)


def drill(name, kind, *options):
    text = run("drill", *options, "@127.0.0.1", name, kind)
    if " tc " in text and "-t" not in options:
        return drill(name, kind, "-t", *options)
    answer = text.split(";; ANSWER SECTION:")[1].split(";; AUTHORITY")[0]
    return re.search(r"rcode: (\w+)", text)[1], rows(answer)


def delv(name, kind, *options):
    text = run("delv", "-i", "@127.0.0.1", name, kind, *options)
    found = rows("\n".join(line for line in text.splitlines() if line[:1] not in "\\;"))
    return "NXDOMAIN" if "-$NXDOMAIN" in text else "NOERROR", found


def python(name, kind, tcp=False):
    asker = dns.resolver.Resolver(configure=False)
    asker.nameservers = ["127.0.0.1"]
    try:
        reply = asker.resolve(name, kind, tcp=tcp, raise_on_no_answer=False)
    except dns.resolver.NXDOMAIN as no:
        reply, = no.responses().values()
        return "NXDOMAIN", rows("\n".join(str(one) for one in reply.answer))
    answer = "\n".join(str(one) for one in reply.response.answer)
    return "NOERROR", rows(answer)


TOOLS = {
    "dig": lambda n, k: dig(n, k),
    "dig-tcp": lambda n, k: dig(n, k, "+tcp"),
    "dig-noedns": lambda n, k: dig(n, k, "+noedns", "+noadflag"),
    "dig-dnssec": lambda n, k: dig(n, k, "+dnssec", "+cdflag"),
    "dig-6": lambda n, k: dig(n, k, "@::1"),
    "dig-512": lambda n, k: dig(n, k, "+bufsize=512", "+nocookie"),
    "dig-subnet": lambda n, k: dig(n, k, "+subnet=203.0.113.0/24", "+nsid"),
    "kdig": lambda n, k: kdig(n, k),
    "kdig-tcp": lambda n, k: kdig(n, k, "+tcp", "+keepopen"),
    "kdig-edns": lambda n, k: kdig(n, k, "+dnssec", "+cookie", "+nsid", "+bufsize=4096"),
    "drill": lambda n, k: drill(n, k),
    "drill-tcp": lambda n, k: drill(n, k, "-t"),
    "drill-dnssec": lambda n, k: drill(n, k, "-D"),
    "delv": lambda n, k: delv(n, k),
    "delv-tcp": lambda n, k: delv(n, k, "+tcp"),
    "dnspython": lambda n, k: python(n, k),
    "dnspython-tcp": lambda n, k: python(n, k, tcp=True),
}

CHAIN = [f"CNAME {name}.{ZONE}." for name in ("one", "two", "three", "four", "host")]

# Name, type, rcode, answer.
ASKED = [
    ("host", "A", "NOERROR", ["A 192.0.2.1"]),
    ("HoSt", "AAAA", "NOERROR", ["AAAA 2001:db8::1"]),
    ("v4", "AAAA", "NOERROR", []),
    ("text", "TXT", "NOERROR", ['TXT "nothing but text"']),
    ("nobody", "A", "NXDOMAIN", []),
    ("alias", "A", "NOERROR", ["A 192.0.2.1"] + CHAIN),
    ("alias", "CNAME", "NOERROR", CHAIN[:1]),
    ("lost", "A", "NXDOMAIN", [f"CNAME nobody.{ZONE}."]),
    ("leaf.tree", "A", "NOERROR", ["A 192.0.2.9", f"CNAME leaf.branch.{ZONE}.",
                                   f"DNAME branch.{ZONE}."]),
    ("mail", "MX", "NOERROR", [f"MX 10 host.{ZONE}."]),
    ("_http._tcp", "SRV", "NOERROR", [f"SRV 0 0 80 host.{ZONE}."]),
    ("unknown", "TYPE65280", "NOERROR", ["TYPE65280 \\# 3 010203"]),
    ("many", "A", "NOERROR", ["A " + address for address in MANY]),
    ("long", "TXT", "NOERROR", [f'TXT "{i} {text}"' for i, text in enumerate(TEXT)]),
]


# What delv prints: not the alias that a DNAME makes.
UNTOLD = {"leaf.tree": ["A 192.0.2.9", f"DNAME branch.{ZONE}."]}


@pytest.mark.parametrize("tool", TOOLS)
def test_tool(resolver, tool):
    """All questions; the output may have neither a warning nor an error."""
    need("python3" if tool.startswith("dnspython") else tool.split("-")[0])
    wrong = []
    for name, kind, rcode, answer in ASKED:
        got = TOOLS[tool](f"{name}.{ZONE}", kind)
        if tool.startswith("delv"):
            answer = UNTOLD.get(name, answer)
        if got != (rcode, sorted(answer)):
            wrong.append((name, kind, got, (rcode, sorted(answer))))
    assert not wrong


@pytest.mark.parametrize("command", [
    ["dig", "@127.0.0.1", "-x", "192.88.98.1", "+short"],
    ["kdig", "@127.0.0.1", "-x", "192.88.98.1", "+short"],
    ["drill", "-x", "192.88.98.1", "@127.0.0.1"],
    ["host", "192.88.98.1", "127.0.0.1"],
    ["nslookup", "192.88.98.1", "127.0.0.1"],
], ids=lambda command: command[0])
def test_reverse(resolver, command):
    need(command[0])
    assert f"host.{ZONE}" in run(*command)


def test_python_retries(resolver):
    """A client that has been told SERVFAIL may ask on: here nobody answers for it."""
    asker = dns.resolver.Resolver(configure=False)
    asker.nameservers = ["127.0.0.1", "::1"]
    found = asker.resolve(f"many.{ZONE}", "A")
    assert len(found) == len(MANY)


# --- programs that call the C library --------------------------------------------

@pytest.fixture(scope="module")
def programs(short_tmp):
    """resolve.c, by C library."""
    source = os.path.join(SOURCE, "tests/system/resolve.c")
    built = {}
    for name, command in (("glibc", ["cc", source, "-pthread", "-lresolv"]),
                          ("musl", ["musl-gcc", source, "-static"])):
        if shutil.which(command[0]) is None:
            continue
        built[name] = f"{short_tmp}/{name}"
        subprocess.run([*command, "-O1", "-o", built[name]], check=True)
    return built


@pytest.fixture
def library(programs, place, resolver):
    """A function: C library, lines of resolv.conf, arguments to what is printed. Nothing
    but DNS is asked: /etc/hosts is empty."""
    del resolver

    def call(name, options, *arguments):
        if name not in programs:
            pytest.skip(f"no compiler for {name}")
        files = {"resolv.conf": "nameserver 127.0.0.1\n" + options,
                 "hosts": "", "nsswitch.conf": "hosts: files dns\n"}
        script = "set -e\n"
        for file, text in files.items():
            with open(f"{place}/{file}", "w", encoding="ascii") as out:
                out.write(text)
            script += f"[ ! -e /etc/{file} ] || mount --bind {place}/{file} /etc/{file}\n"
        done = subprocess.run(
            ["unshare", "-m", "sh", "-c", script + 'exec "$@"', "sh", programs[name],
             *arguments], capture_output=True, text=True, timeout=60, check=True)
        return sorted(done.stdout.split("\n")[:-1])
    return call


def is_old_musl():
    """Before 1.2.4 it asks over UDP alone, and takes what a cut answer has."""
    loader = shutil.which("ld-musl-x86_64.so.1", path="/lib")
    if loader is None:
        return False
    done = subprocess.run([loader], capture_output=True, text=True, check=False)
    version = re.search(r"Version (\d+)\.(\d+)\.(\d+)", done.stderr)
    return version is not None and tuple(map(int, version.groups())) < (1, 2, 4)


BOTH = ["192.0.2.1", "2001:db8::1"]

# Name, what resolv.conf has more, addresses; none: there is no such name.
LOOKED_UP = [
    ("host.client.example", "", BOTH),
    ("host.client.example.", "", BOTH),
    ("HOST.Client.Example", "", BOTH),
    ("v4.client.example", "", ["192.0.2.4"]),
    ("v6.client.example", "", ["2001:db8::6"]),
    ("alias.client.example", "", BOTH),
    ("leaf.tree.client.example", "", ["192.0.2.9"]),
    ("nobody.client.example", "", None),
    ("lost.client.example", "", None),
    ("text.client.example", "", None),
    ("host", "search client.example\n", BOTH),
    ("host", "search sub.client.example client.example\n", BOTH),
    ("below", "search sub.client.example client.example\n", ["192.0.2.10"]),
    ("alias", "search client.example\n", BOTH),
    ("below.sub", "search client.example\n", ["192.0.2.10"]),
    ("below.sub", "search client.example\noptions ndots:2\n", ["192.0.2.10"]),
    ("nobody", "search client.example\n", None),
    ("host", "", None),
    ("host.client.example", "options edns0 trust-ad\n", BOTH),
    ("host.client.example", "options single-request\n", BOTH),
    ("host.client.example", "options use-vc\n", BOTH),
    ("host.client.example", "options timeout:1 attempts:1\n", BOTH),
    ("host.client.example", "nameserver ::1\noptions rotate\n", BOTH),
]
# musl searches for what has fewer dots than ndots alone, glibc for the rest afterwards.
NOT_SEARCHED = [("below.sub", "search client.example\n")]
NO_NAME = {"no name", "No address associated with hostname", "Name has no usable address"}


@pytest.mark.parametrize("name", ["glibc", "musl"])
def test_getaddrinfo(library, name):
    """Both families at once, search lists, aliases, options."""
    wrong = []
    for asked, options, addresses in LOOKED_UP:
        if name == "musl" and (asked, options) in NOT_SEARCHED:
            addresses = None
        got = library(name, options, asked)
        if got != addresses and not (addresses is None and got[0] in NO_NAME):
            wrong.append((asked, options, got))
    assert not wrong


@pytest.mark.parametrize("name", ["glibc", "musl"])
def test_one_family(library, name):
    assert library(name, "", f"host.{ZONE}", "4") == BOTH[:1]
    assert library(name, "", f"host.{ZONE}", "6") == BOTH[1:]


@pytest.mark.parametrize("name", ["glibc", "musl"])
def test_threads(library, name):
    """40 at a time, fresh and known."""
    for asked in ("v4", "v6", "alias", "alias"):
        assert library(name, "", f"{asked}.{ZONE}", "0", "40") \
            == library(name, "", f"{asked}.{ZONE}")


@pytest.mark.parametrize("name", ["glibc", "musl"])
def test_large_answer(library, name):
    """More than a datagram holds: asked again over TCP."""
    got = library(name, "", f"many.{ZONE}")
    if name == "musl" and is_old_musl():
        assert got and set(got) <= set(MANY), "a part of it"
    else:
        assert got == sorted(MANY)
    assert library(name, "", f"many.{ZONE}", "4") == got


def test_large_text(library):
    """glibc's res_search(); once with EDNS."""
    for options in ("", "options edns0\n"):
        (answer,) = library("glibc", options, f"long.{ZONE}", "type", "16")
        count, size = map(int, answer.split())
        assert count == len(TEXT) and size > 2800


@pytest.mark.parametrize("name", ["glibc", "musl"])
def test_localhost(library, name):
    """Though nobody has it in /etc/hosts."""
    for asked in ("localhost", "localhost.", "a.localhost"):
        assert library(name, "", asked) == ["127.0.0.1", "::1"]


def test_all_of_it_was_answered(resolver):
    """Last: not one of these clients was let down."""
    queries = resolver.status()["queries"]
    assert queries["failed"] == queries["dropped"] == queries["refused"] == 0
    wait_for("nothing under way",
             lambda: resolver.status()["queries"]["in_flight"] == 0)
