"""Names that are answered by pintle itself: special ones, hosts, local_records and
local_zone. Not a byte of them reaches an upstream."""

import copy
import os
import re
import shutil
import subprocess

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from client import Tcp, ask, ede, first, is_good, make, send_udp
from harness import PINTLE, environment, has_sanitizers, wait_for
from servers import answer_a

NXDOMAIN, NODATA = dns.rcode.NXDOMAIN, dns.rcode.NOERROR


class Ear:
    """An upstream that answers everything, and what it was asked."""

    def __init__(self, toy):
        self.names = []
        self.toy = toy(self.behave)

    def behave(self, session):
        while (query := session.receive()) is not None:
            self.names.append(query.question[0].name.to_text())
            session.send(answer_a(query))

    def upstream(self, name="ear"):
        return self.toy.upstream(name)


@pytest.fixture
def ear(toy):
    """An upstream that listens."""
    return Ear(toy)


@pytest.fixture
def begin(start, make_config, ear):
    """A function: a daemon in front of the ear, with these keys and no others."""
    def run(**keys):
        config = make_config([ear.upstream()])
        del config["local_zone"]
        config.update(keys)
        return start(config)
    return run


def changed(daemon, **keys):
    return dict(copy.deepcopy(daemon.config), **keys)


def texts(reply):
    """All records of the answer section, without owner and TTL, sorted."""
    return sorted(f"{dns.rdatatype.to_text(rrset.rdtype)} {rdata.to_text()}"
                  for rrset in reply.answer for rdata in rrset)


def assert_denies(reply, zone, rcode):
    """There is nothing, and a SOA says so (RFC 2308)."""
    assert reply.rcode() == rcode and not reply.answer
    soa, = reply.authority
    assert soa.rdtype == dns.rdatatype.SOA and soa.name.to_text().lower() == zone
    assert soa[0].minimum == soa.ttl > 0
    assert reply.flags & dns.flags.RA and not reply.flags & dns.flags.AA


# --- special names ---------------------------------------------------------------

SPECIAL = [
    ("_dns.resolver.arpa", "SVCB", "resolver.arpa.", NODATA),
    ("resolver.arpa", "A", "resolver.arpa.", NODATA),
    ("x.onion", "A", "onion.", NXDOMAIN),
    ("x.alt", "AAAA", "alt.", NXDOMAIN),
    ("x.invalid", "TXT", "invalid.", NXDOMAIN),
    ("x.test", "HTTPS", "test.", NXDOMAIN),
    ("printer.local", "A", "local.", NXDOMAIN),
    ("_ipp._tcp.local", "PTR", "local.", NXDOMAIN),
    ("x.home.arpa", "A", "home.arpa.", NXDOMAIN),
    ("home.arpa", "MX", "home.arpa.", NODATA),
    ("db.internal", "A", "internal.", NXDOMAIN),
    ("nas.lan", "A", "lan.", NXDOMAIN),
    ("lan", "NS", "lan.", NXDOMAIN),
    ("localhost", "MX", "localhost.", NODATA),
    ("1.2.3.10.in-addr.arpa", "PTR", "10.in-addr.arpa.", NXDOMAIN),
    ("1.1.20.172.in-addr.arpa", "PTR", "20.172.in-addr.arpa.", NXDOMAIN),
    ("1.1.168.192.in-addr.arpa", "PTR", "168.192.in-addr.arpa.", NXDOMAIN),
    ("1.2.254.169.in-addr.arpa", "PTR", "254.169.in-addr.arpa.", NXDOMAIN),
    ("1.1.64.100.in-addr.arpa", "PTR", "64.100.in-addr.arpa.", NXDOMAIN),
    ("1.2.0.192.in-addr.arpa", "PTR", "2.0.192.in-addr.arpa.", NXDOMAIN),
    ("1.0.d.f.ip6.arpa", "PTR", "d.f.ip6.arpa.", NXDOMAIN),
    ("1.0.0.8.e.f.ip6.arpa", "PTR", "8.e.f.ip6.arpa.", NXDOMAIN),
    ("1.8.b.d.0.1.0.0.2.ip6.arpa", "PTR", "8.b.d.0.1.0.0.2.ip6.arpa.", NXDOMAIN),
]


def test_special_names_stay_here(begin, ear):
    daemon = begin()
    for name, kind, zone, rcode in SPECIAL:
        for way in ({}, {"tcp": True}, {"want_dnssec": True}):
            assert_denies(ask(daemon, name, kind, **way), zone, rcode)
        assert_denies(ask(daemon, name.upper(), kind), zone, rcode)
    for name in ("localhost", "LocalHost", "www.localhost"):
        assert first(ask(daemon, name)) == "127.0.0.1"
        assert first(ask(daemon, name, "AAAA")) == "::1"
    assert first(ask(daemon, "1.0.0.127.in-addr.arpa", "PTR")) == "localhost."
    assert ear.names == [] and ear.toy.connections == 0
    queries = daemon.status()["queries"]
    assert queries["local"] == queries["answered"] == queries["received"] > 0
    assert is_good(ask(daemon, "www.example.com"))
    assert ear.names == ["www.example.com."]


def test_what_only_looks_special_is_asked(begin, ear):
    daemon = begin()
    names = ["wlan.", "lan.example.", "xlocalhost.", "ipv4only.arpa.", "arpa.",
             "1.1.15.172.in-addr.arpa.", "mask.icloud.com.", "use-application-dns.net."]
    for name in names:
        assert is_good(ask(daemon, name))
    assert ear.names == names


def test_ds_of_an_empty_zone_is_its_parents(begin, ear):
    """RFC 8375 §4: who validates hears that home.arpa is not signed."""
    daemon = begin()
    ask(daemon, "home.arpa", "DS", want_dnssec=True)
    assert ear.names == ["home.arpa."]
    ask(daemon, "x.home.arpa", "DS", want_dnssec=True)
    assert ear.names == ["home.arpa."]


def test_the_question_comes_back_in_its_case(begin):
    daemon = begin(local_records=["Router.Lan A 192.168.1.1"])
    for name in ("rOuTeR.LAN", "nAs.LAN"):
        query = make(name)
        reply = dns.message.from_wire(send_udp(daemon, query.to_wire()))
        assert reply.question[0].name.to_text() == name + "."
        for rrset in reply.answer:
            assert rrset.name.to_text() == name + "."


def test_a_transparent_zone_is_asked(begin, ear):
    daemon = begin(local_zone=[{"zone": "lan", "action": "transparent"}])
    assert is_good(ask(daemon, "nas.lan"))
    assert_denies(ask(daemon, "nas.local"), "local.", NXDOMAIN)
    assert ear.names == ["nas.lan."]


def test_a_forwarded_zone_is_asked(start, make_config, toy):
    ear, other = Ear(toy), Ear(toy)
    config = make_config([ear.upstream(), other.upstream("other")])
    del config["local_zone"]
    config["forward"] = [{"zone": zone, "upstreams": ["other"]}
                         for zone in ("lan", "1.168.192.in-addr.arpa")]
    daemon = start(config)
    assert is_good(ask(daemon, "nas.lan"))
    ask(daemon, "9.1.168.192.in-addr.arpa", "PTR")
    assert_denies(ask(daemon, "9.2.168.192.in-addr.arpa", "PTR"),
                  "168.192.in-addr.arpa.", NXDOMAIN)
    assert_denies(ask(daemon, "nas.local"), "local.", NXDOMAIN)
    assert other.names == ["nas.lan.", "9.1.168.192.in-addr.arpa."] and ear.names == []


# --- local_zone ------------------------------------------------------------------

def test_local_zone(begin, ear):
    daemon = begin(local_records=["ok.ads.example A 192.0.2.9"], local_zone=[
        {"zone": "ads.example", "action": "nxdomain"},
        {"zone": "empty.example", "action": "nodata"},
        {"zone": "no.example", "action": "refuse"},
        {"zone": "use-application-dns.net", "action": "nxdomain"}])
    reply = ask(daemon, "x.ads.example", use_edns=0)
    assert_denies(reply, "ads.example.", NXDOMAIN)
    assert ede(reply) == (15, "local_zone")
    assert_denies(ask(daemon, "use-application-dns.net"), "use-application-dns.net.",
                  NXDOMAIN)
    assert_denies(ask(daemon, "empty.example"), "empty.example.", NODATA)
    assert ask(daemon, "a.b.no.example").rcode() == dns.rcode.REFUSED
    assert first(ask(daemon, "ok.ads.example")) == "192.0.2.9"
    assert ear.names == []
    assert is_good(ask(daemon, "example"))
    assert ear.names == ["example."]


# --- local_records ---------------------------------------------------------------

RECORDS = [
    ("r.lan. 300 IN A 192.168.1.1", "A 192.168.1.1"),
    ("r6.lan AAAA fd00::1", "AAAA fd00::1"),
    ("a.lan CNAME r.lan", "CNAME r.lan."),
    ("m.lan MX 10 r.lan", "MX 10 r.lan."),
    ("t.lan TXT \"a b\" c\\;d \"e\\\"f\"", "TXT \"a b\" \"c;d\" \"e\\\"f\""),
    ("_ssh._tcp.lan SRV 1 2 22 r.lan", "SRV 1 2 22 r.lan."),
    ("c.lan CAA 0 issue \"ca.example\"", "CAA 0 issue \"ca.example\""),
    ("n.lan NAPTR 1 2 \"s\" \"SIP+D2U\" \"\" r.lan", "NAPTR 1 2 \"s\" \"SIP+D2U\" \"\" r.lan."),
    ("_443._tcp.r.lan TLSA 3 1 1 " + 32 * "ab", "TLSA 3 1 1 " + 32 * "ab"),
    ("s.lan SSHFP 4 2 abcd", "SSHFP 4 2 abcd"),
    ("h.lan HTTPS 1 . alpn=h2,h3 port=8443 ipv4hint=192.168.1.1",
     "HTTPS 1 . alpn=\"h2,h3\" port=\"8443\" ipv4hint=\"192.168.1.1\""),
    ("_dns.lan SVCB 1 r.lan mandatory=alpn alpn=dot key667=hello",
     "SVCB 1 r.lan. mandatory=\"alpn\" alpn=\"dot\" key667=\"hello\""),
    ("z.lan SVCB 0 r.lan", "SVCB 0 r.lan."),
    ("u.lan URI 10 1 \"https://r.lan/\"", "URI 10 1 \"https://r.lan/\""),
    ("x.lan TYPE65280 \\# 2 abcd", "TYPE65280 \\# 2 abcd"),
    ("9.1.168.192.in-addr.arpa PTR p.lan", "PTR p.lan."),
]


@pytest.fixture
def records(begin):
    """A daemon with all of these."""
    return begin(local_records=[line for line, _ in RECORDS] + [
        "b.lan 20 CNAME a.lan", "*.dev.lan A 192.168.1.7"])


def test_records_of_many_types(records, ear):
    for line, want in RECORDS:
        name, kind = line.split()[0], want.split()[0]
        for way in ({}, {"tcp": True}):
            assert texts(ask(records, name, kind, **way)) == [want], line
    assert ear.names == []


def test_records_by_dig(records):
    """Another reader of what is on the wire."""
    if shutil.which("dig") is None:
        pytest.skip("no dig")

    def dig(*arguments):
        return subprocess.run(
            ["dig", f"@{records.address}", "-p", str(records.port), "+short", *arguments],
            capture_output=True, text=True, check=True).stdout.splitlines()
    assert dig("b.lan", "A") == ["a.lan.", "r.lan.", "192.168.1.1"]
    assert dig("h.lan", "HTTPS") == [
        "1 . alpn=\"h2,h3\" port=8443 ipv4hint=192.168.1.1"]
    assert dig("-x", "192.168.1.1") == ["r.lan."]
    assert dig("-x", "fd00::1") == ["r6.lan."]
    assert dig("any.dev.lan", "A") == ["192.168.1.7"]
    assert dig("r.lan", "AAAA") == []


def test_an_alias_and_its_end(records):
    reply = ask(records, "b.lan")
    assert [(r.name.to_text(), r.ttl) for r in reply.answer] == [
        ("b.lan.", 20), ("a.lan.", 60), ("r.lan.", 300)]
    reply = ask(records, "b.lan", "AAAA")
    assert texts(reply) == ["CNAME a.lan.", "CNAME r.lan."]
    assert reply.authority[0].rdtype == dns.rdatatype.SOA


def test_addresses_have_names(records):
    assert first(ask(records, "1.1.168.192.in-addr.arpa", "PTR")) == "r.lan."
    assert first(ask(records, "9.1.168.192.in-addr.arpa", "PTR")) == "p.lan."
    assert_denies(ask(records, "7.1.168.192.in-addr.arpa", "PTR"),
                  "168.192.in-addr.arpa.", NXDOMAIN)


WRONG = {
    "a line": ({"local_records": ["x.lan A 192.0.2.1", "x.lan A 192.0.2.1 y"]},
               "local_records: \"x.lan A 192.0.2.1 y\" has more fields than its type"),
    "a target outside": ({"local_records": ["x.lan CNAME www.example.com"]},
                         "leads to a name that has no record here"),
    "localhost": ({"local_zone": [{"zone": "localhost", "action": "refuse"}]},
                  "local_zone[].zone: localhost. is this machine"),
    "a zone twice": ({"local_zone": [{"zone": "a", "action": "refuse"},
                                     {"zone": "A", "action": "nodata"}]},
                     "stands here twice"),
    "no hosts file": ({"hosts": "/nonexistent/hosts"}, "hosts: /nonexistent/hosts"),
}


@pytest.mark.parametrize("keys, words", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_found_before_the_start(make_config, ear, write, keys, words):
    config = make_config([ear.upstream()])
    del config["local_zone"]
    path = write(config | keys)
    done = subprocess.run([PINTLE, "--check-config", "-c", path], capture_output=True,
                          text=True, env=environment(), check=False)
    assert done.returncode == 78 and words in done.stderr
    assert re.search(re.escape(path) + r":\d+:\d+: ", done.stderr)


@pytest.mark.parametrize("keys, words", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_not_taken_over(begin, keys, words):
    daemon = begin(local_records=["old.lan A 192.0.2.1"])
    answer = daemon.reload(changed(daemon, **keys))
    assert not answer["ok"] and words in answer["error"]
    assert first(ask(daemon, "old.lan")) == "192.0.2.1"


def test_reload_takes_all_of_it_over(begin, ear, tmp_path):
    hosts = tmp_path / "hosts"
    hosts.write_text("192.0.2.3 h.lan\n", encoding="ascii")
    daemon = begin(local_records=["a.lan A 192.0.2.1"],
                   local_zone=[{"zone": "z.example", "action": "nodata"}])
    assert daemon.reload(changed(
        daemon, hosts=str(hosts), local_records=["b.lan A 192.0.2.2"],
        local_zone=[{"zone": "y.example", "action": "refuse"}]))["ok"]
    assert_denies(ask(daemon, "a.lan"), "lan.", NXDOMAIN)
    assert first(ask(daemon, "b.lan")) == "192.0.2.2"
    assert first(ask(daemon, "h.lan")) == "192.0.2.3"
    assert ask(daemon, "y.example").rcode() == dns.rcode.REFUSED
    assert is_good(ask(daemon, "z.example"))
    assert ear.names == ["z.example."]
    config = changed(daemon)
    assert daemon.reload(config)["ok"]
    assert_denies(ask(daemon, "h.lan"), "lan.", NXDOMAIN)


# --- hosts -----------------------------------------------------------------------

class Hosts:
    """A hosts file that a daemon has."""

    def __init__(self, path):
        self.path = str(path)

    def write(self, *lines):
        with open(self.path, "w", encoding="ascii") as file:
            file.write("".join(line + "\n" for line in lines))

    def replace(self, *lines):
        """As an editor does."""
        new = Hosts(self.path + ".new")
        new.write(*lines)
        os.rename(new.path, self.path)


@pytest.fixture
def hosts(place):
    """One with a name in it."""
    file = Hosts(os.path.join(place, "hosts"))
    file.write("192.0.2.1 nas.lan nas")
    return file


def becomes(daemon, name, address):
    wait_for(f"{name} to be {address}",
             lambda: texts(ask(daemon, name)) == ([f"A {address}"] if address else []))


def test_hosts(begin, hosts, ear):
    hosts.write("# a comment", "192.0.2.1 nas.lan nas\r", "fd00::1 nas.lan", "broken",
                "0.0.0.0 ads.example")
    daemon = begin(hosts=hosts.path)
    assert first(ask(daemon, "NAS")) == "192.0.2.1"
    assert first(ask(daemon, "nas.lan", "AAAA")) == "fd00::1"
    assert first(ask(daemon, "ads.example")) == "0.0.0.0"
    assert_denies(ask(daemon, "ads.example", "HTTPS"), "ads.example.", NODATA)
    assert first(ask(daemon, "1.2.0.192.in-addr.arpa", "PTR")) == "nas.lan."
    assert ear.names == []
    assert f"{hosts.path}:4: not an address and host names; skipped" in daemon.log()


def test_hosts_changed_while_running(begin, hosts, ear):
    daemon = begin(hosts=hosts.path, local_records=["r.lan A 192.0.2.9"])
    hosts.write("192.0.2.2 nas.lan", "192.0.2.3 new.lan")
    becomes(daemon, "nas.lan", "192.0.2.2")
    assert first(ask(daemon, "new.lan")) == "192.0.2.3"
    assert first(ask(daemon, "r.lan")) == "192.0.2.9"
    assert f"hosts: {hosts.path} has changed; 2 names" in daemon.log()
    # The same size, and another file.
    hosts.replace("192.0.2.4 nas.lan", "192.0.2.3 new.lan")
    becomes(daemon, "nas.lan", "192.0.2.4")
    # The same file, size and number of names.
    hosts.write("192.0.2.5 nas.lan", "192.0.2.3 new.lan")
    becomes(daemon, "nas.lan", "192.0.2.5")
    hosts.write()
    becomes(daemon, "nas.lan", None)
    assert ear.names == []


def test_hosts_gone_and_back(begin, hosts):
    daemon = begin(hosts=hosts.path)
    os.unlink(hosts.path)
    daemon.wait_log("what was read of it before stays")
    assert first(ask(daemon, "nas.lan")) == "192.0.2.1"
    assert daemon.log().count("stays") == 1
    hosts.write("192.0.2.2 nas.lan")
    becomes(daemon, "nas.lan", "192.0.2.2")
    # Others that cannot be read: too long, and a pipe that nobody writes to.
    with open(hosts.path, "wb") as file:
        file.truncate(17 * 1024 * 1024)
    wait_for("a second warning", lambda: daemon.log().count("stays") == 2)
    os.unlink(hosts.path)
    os.mkfifo(hosts.path)
    wait_for("a third warning", lambda: daemon.log().count("stays") == 3)
    assert first(ask(daemon, "nas.lan")) == "192.0.2.2"
    os.unlink(hosts.path)
    hosts.write("192.0.2.3 nas.lan")
    becomes(daemon, "nas.lan", "192.0.2.3")


def test_reload_without_the_hosts_file(begin, hosts):
    """It must be there, or all stays as it is."""
    daemon = begin(hosts=hosts.path)
    os.unlink(hosts.path)
    assert not daemon.reload()["ok"]
    assert first(ask(daemon, "nas.lan")) == "192.0.2.1"


def test_a_long_list(begin, hosts, ear):
    """100,000 names of a block list, read while questions are asked."""
    count = 20000 if has_sanitizers() else 100000
    daemon = begin(hosts=hosts.path)
    hosts.replace(*(f"0.0.0.0 ad{i}.net{i % 1000}.example" for i in range(count)))
    becomes(daemon, f"ad{count - 1}.net{(count - 1) % 1000}.example", "0.0.0.0")
    assert f"has changed; {count} names" in daemon.log()
    assert is_good(ask(daemon, "good.net1.example"))
    asked = [name for name in ear.names if name != "."]  # a sign of life, if it is slow
    assert asked[-1] == "good.net1.example."


def test_many_addresses_of_a_name(begin, hosts):
    """More than UDP takes: TC, and all of them over TCP."""
    hosts.write(*(f"10.0.{i // 256}.{i % 256} many.lan" for i in range(300)))
    daemon = begin(hosts=hosts.path)
    reply = ask(daemon, "many.lan")
    assert reply.flags & dns.flags.TC and len(texts(reply)) < 300
    with Tcp(daemon) as tcp:
        tcp.send(make("many.lan"))
        assert len(texts(tcp.receive())) == 300
