"""The community's EDNS compliance tests (ednscomp, DNS flag day 2019), each under its own
name, and what RFC 6891 says beyond; the queries are also put by dig(1)."""

import re
import shutil
import subprocess

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import pytest

from client import Tcp, ask, is_good, make, send_udp
from servers import answer_a

NAME = "example.test"
COOKIE = dns.edns.GenericOption(dns.edns.COOKIE, b"abcdefgh")
NSID = dns.edns.GenericOption(dns.edns.NSID, b"")
EXPIRE = dns.edns.GenericOption(9, b"")
SUBNET = dns.edns.ECSOption("0.0.0.0", 0)
UNKNOWN = dns.edns.GenericOption(100, b"")
KEEPALIVE = dns.edns.GenericOption(11, b"")
PADDING = dns.edns.GenericOption(12, bytes(32))


def row(name, rcode=dns.rcode.NOERROR, flags=0, version=0, ednsflags=0, options=(),
        edns=True, tcp=False, opcode=0, answered=None, clear=0):
    """`options` are sent, the codes `answered` come back; the header's bits `clear` must
    not."""
    query = make(NAME)
    query.flags = flags | opcode << 11
    if edns:
        query.use_edns(version, ednsflags, 4096, options=list(options))
    return pytest.param(query, rcode, tcp, set(answered or ()), clear, id=name)


BADVERS = {"rcode": dns.rcode.BADVERS, "version": 1}
COMPLIANCE = [
    row("dns", edns=False),
    row("aa", edns=False, flags=dns.flags.AA, clear=dns.flags.AA),
    row("ad", edns=False, flags=dns.flags.AD, clear=dns.flags.AD),
    row("cd", edns=False, flags=dns.flags.CD),
    row("ra", edns=False, flags=dns.flags.RA),
    row("rd", edns=False, flags=dns.flags.RD),
    row("tc", edns=False, flags=dns.flags.TC, clear=dns.flags.TC),
    row("zflag", edns=False, flags=0x40, clear=0x40),
    row("opcode", edns=False, opcode=2, rcode=dns.rcode.NOTIMP),
    row("opcodeflg", edns=False, opcode=2, rcode=dns.rcode.NOTIMP,
        flags=dns.flags.TC | dns.flags.RD | dns.flags.RA | dns.flags.CD | dns.flags.AD
        | dns.flags.AA | 0x40, clear=dns.flags.TC | dns.flags.AA | dns.flags.AD | 0x40),
    row("dnstcp", edns=False, tcp=True),
    row("edns"),
    row("edns1", **BADVERS),
    row("edns255", rcode=dns.rcode.BADVERS, version=255),
    row("ednsopt", options=[UNKNOWN]),
    row("edns1opt", options=[UNKNOWN], **BADVERS),
    row("do", ednsflags=dns.flags.DO),
    row("edns1do", ednsflags=dns.flags.DO, **BADVERS),
    row("docookie", ednsflags=dns.flags.DO, options=[COOKIE], answered=[10]),
    row("ednsflags", ednsflags=0x40),
    row("ednsflags-all", ednsflags=0xffff),
    row("edns1flags", ednsflags=0x40, **BADVERS),
    row("optlist", options=[NSID, SUBNET, EXPIRE, COOKIE], answered=[10]),
    row("ednsnsid", options=[NSID]),
    row("ednscookie", options=[COOKIE], answered=[10]),
    row("ednsexpire", options=[EXPIRE]),
    row("ednssubnet", options=[SUBNET]),
    row("ednspadding", options=[PADDING]),
    row("ednskeepalive", options=[KEEPALIVE]),
    row("edns1nsid", options=[NSID], **BADVERS),
    row("edns1cookie", options=[COOKIE], **BADVERS),
    row("edns1expire", options=[EXPIRE], **BADVERS),
    row("edns1subnet", options=[SUBNET], **BADVERS),
    row("ednstcp", tcp=True),
    row("ednstcp-options", tcp=True, options=[NSID, SUBNET, COOKIE, KEEPALIVE, PADDING],
        answered=[10, 11]),
    row("edns1tcp", tcp=True, options=[KEEPALIVE], **BADVERS),
]


def serve(session):
    """One address; to a name that begins with "big", much; to others "none"."""
    while (query := session.receive()) is not None:
        name = query.question[0].name
        if name.labels[0].lower().startswith(b"big"):
            reply = dns.message.make_response(query)
            reply.answer.extend(
                dns.rrset.from_text(name, 300, "IN", "TXT", f'"{i:0200}"')
                for i in range(20))
            session.send(reply.to_wire(max_size=65535))
        else:
            session.send(answer_a(query))


@pytest.fixture
def daemon(start, toy):
    return start([toy(serve).upstream("u")])


@pytest.mark.parametrize("query, rcode, tcp, answered, clear", COMPLIANCE)
def test_compliance(daemon, query, rcode, tcp, answered, clear):
    for _ in range(2):
        reply = ask(daemon, query, tcp=tcp)
        assert reply.rcode() == rcode
        assert bool(reply.answer) == (rcode == dns.rcode.NOERROR)
        assert reply.flags & (dns.flags.QR | dns.flags.RA) == dns.flags.QR | dns.flags.RA
        assert not reply.flags & clear
        assert reply.flags & 0x7800 == query.flags & 0x7800
        if query.edns < 0:
            assert reply.edns < 0
            continue
        assert reply.edns == 0, "the version that is spoken here"
        assert reply.ednsflags & 0xffff == query.ednsflags & dns.flags.DO
        assert reply.payload == 1232
        assert {int(option.otype) for option in reply.options} == answered


@pytest.mark.parametrize("size", [0, 511, 512, 513, 1000, 1231, 1232, 1233, 4096, 65535])
def test_edns_at(daemon, size):
    """edns@512 and others: nothing longer than the client takes, or a path does."""
    limit = min(max(size, 512), 1232)
    query = make("big.test", "TXT", use_edns=0, payload=size)
    wire = send_udp(daemon, query.to_wire())
    reply = dns.message.from_wire(wire)
    assert len(wire) <= limit
    assert reply.flags & dns.flags.TC and reply.edns == 0
    over_tcp = ask(daemon, query, tcp=True)
    assert not over_tcp.flags & dns.flags.TC and len(over_tcp.answer[0]) == 20


def test_cookies(daemon):
    """The client's comes back with one of ours, which is taken again."""
    cookie = b"abcdefgh"
    for _ in range(3):
        query = make(NAME, use_edns=0, options=[dns.edns.GenericOption(10, cookie)])
        reply = ask(daemon, query)
        assert is_good(reply)
        cookie = reply.options[0].data
        assert len(cookie) == 24 and cookie[:12] == b"abcdefgh\1\0\0\0"


@pytest.mark.parametrize("size", [0, 1, 7, 9, 15, 41, 100])
def test_broken_cookies(daemon, size):
    query = make(NAME, use_edns=0, options=[dns.edns.GenericOption(10, size * b"x")])
    for tcp in (False, True):
        reply = ask(daemon, query, tcp=tcp)
        assert reply.rcode() == dns.rcode.FORMERR and not reply.options


def test_keepalive(daemon):
    """RFC 7828: told to those who ask, over TCP; in tenths of a second."""
    with Tcp(daemon) as tcp:
        for options, told in (([KEEPALIVE], [b"\0\x64"]), ([], [])):
            tcp.send(make(NAME, use_edns=0, options=options))
            assert [o.data for o in tcp.receive().options] == told


def test_padding_is_for_tls(daemon):
    """RFC 7830 §6: plain text is as long as it is."""
    plain = send_udp(daemon, make(NAME, use_edns=0).to_wire())
    padded = send_udp(daemon, make(NAME, use_edns=0, options=[PADDING]).to_wire())
    assert len(plain) == len(padded)


@pytest.mark.parametrize("word, seen", [("strip", []), ("opt_out", [b"\0\1\0\0"])])
def test_subnets(start, toy, word, seen):
    """What a client says of its network stays here."""
    queries = []

    def behave(session):
        while (query := session.receive()) is not None:
            queries.append(query)
            session.send(answer_a(query))
    daemon = start([toy(behave).upstream("u")], edns={"client_subnet": word})
    assert is_good(ask(daemon, NAME, use_edns=0,
                       options=[dns.edns.ECSOption("192.0.2.0", 24)]))
    assert [o.to_wire() for o in queries[0].options if o.otype == dns.edns.ECS] == seen
    assert not [o for o in queries[0].options if o.otype == dns.edns.COOKIE]


# --- by dig ----------------------------------------------------------------------------

DIG = [
    ("+noedns", "NOERROR", []),
    ("+edns=0 +nocookie", "NOERROR", ["EDNS: version: 0, flags:; udp: 1232"]),
    ("+edns=1 +noednsnegotiation +nocookie", "BADVERS", ["EDNS: version: 0"]),
    ("+edns=100", "NOERROR", ["EDNS: version: 0"]),  # it negotiates
    ("+edns=0 +ednsopt=100 +nocookie", "NOERROR", ["EDNS: version: 0"]),
    ("+dnssec +nocookie", "NOERROR", ["flags: do; udp: 1232"]),
    ("+ednsflags=0x40 +nocookie", "NOERROR", ["flags:; udp: 1232"]),
    ("+cookie=0102030405060708", "NOERROR", ["COOKIE: 0102030405060708", "(good)"]),
    ("+nsid +subnet=192.0.2.0/24 +expire +cookie +padding=128", "NOERROR", ["(good)"]),
    ("+tcp +keepalive +nocookie", "NOERROR", ["TCP KEEPALIVE: 10.0 secs"]),
    ("+tcp +noedns", "NOERROR", []),
    ("+opcode=15 +noedns", "NOTIMP", []),
    ("+header-only +cookie", "NOERROR", ["(good)"]),
    ("+header-only +nocookie", "FORMERR", []),
    ("+badcookie", "NOERROR", ["(good)"]),
    ("-t ANY", "NOERROR", ['HINFO\t"RFC8482" ""']),
    ("-c CH -t TXT", "REFUSED", ["EDE: 21 (Not Supported)"]),
    ("-t AXFR +notcp", "REFUSED", []),
]


@pytest.mark.skipif(shutil.which("dig") is None, reason="no dig here: skipped")
@pytest.mark.parametrize("options, status, words", DIG, ids=[d[0] for d in DIG])
def test_dig(daemon, options, status, words):
    done = subprocess.run(
        ["dig", "@" + daemon.address, "-p", str(daemon.port), "+tries=1", "+time=20",
         "-q", NAME, *options.split()], capture_output=True, text=True, timeout=60,
        check=False)
    assert "WARNING" not in re.sub(r";; WARNING: recursion requested.*", "", done.stdout)
    if "status:" in done.stdout or status != "REFUSED":
        assert f"status: {status}" in done.stdout, done.stdout
    for word in words:
        assert word in done.stdout, done.stdout
