"""What is relayed of an upstream's answer: what belongs to the question, and no more."""

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from client import Tcp, ask, ede, is_failed, make
from harness import wait_for

SOA = "ns.example. admin.example. 1 3600 900 86400 60"
SIGNATURE = "13 2 60 20300101000000 20200101000000 12345 {signer} c2ln"


class Zone:
    """An upstream that says to each name what it is told to: three lists of lines such as
    "www.example. 60 A 192.0.2.1", or a function that changes the reply."""

    def __init__(self, toy):
        self.says = {}
        self.server = toy(self.behave)

    def behave(self, session):
        while (query := session.receive()) is not None:
            reply = dns.message.make_response(query, recursion_available=True)
            said = self.says.get(str(query.question[0].name).lower())
            if callable(said):
                reply = said(reply) or reply
            elif said is not None:
                for section, lines in zip((reply.answer, reply.authority,
                                           reply.additional), said):
                    section.extend(record(line) for line in lines)
            session.send(reply.to_wire(max_size=65535))

    def upstream(self):
        return self.server.upstream("u")


def record(line):
    owner, ttl, kind, data = line.split(" ", 3)
    return dns.rrset.from_text(owner, int(ttl), "IN", kind, data)


def lines(section):
    """Each record of a section, in order."""
    return [f"{rrset.name} {rrset.ttl} {dns.rdatatype.to_text(rrset.rdtype)} {rdata}"
            for rrset in section for rdata in rrset]


@pytest.fixture
def zone(toy):
    return Zone(toy)


@pytest.fixture
def daemon(start, zone):
    return start([zone.upstream()])


def assert_said(daemon, name, kind, answer, authority=(), additional=(), **options):
    """Asked of the upstream, then known, over both transports; and each time the same."""
    for tcp in (False, True, False):
        reply = ask(daemon, name, kind, tcp=tcp, **options)
        assert lines(reply.answer) == list(answer)
        assert lines(reply.authority) == list(authority)
        assert lines(reply.additional) == list(additional)
    return reply


# --- names -------------------------------------------------------------------------

def test_other_names_beside(daemon, zone):
    zone.says["www.example."] = (
        ["www.example. 60 A 192.0.2.1", "bank.example. 60 A 203.0.113.66",
         "www.example. 60 AAAA 2001:db8::1"],
        ["example. 60 NS ns.example.", "bank.test. 60 NS ns.evil.test."],
        ["ns.example. 60 A 192.0.2.53", "bank.test. 60 A 203.0.113.66",
         "ns.evil.test. 60 A 203.0.113.66"])
    assert_said(daemon, "www.example", "A", ["www.example. 60 A 192.0.2.1"],
                ["example. 60 NS ns.example."], ["ns.example. 60 A 192.0.2.53"])
    assert daemon.control(command="stats")["queries"]["unusable_answers"] == 0


def test_what_was_beside_is_not_known(daemon, zone):
    """The name that came along has to be asked for."""
    zone.says["www.example."] = (
        ["www.example. 60 A 192.0.2.1", "bank.example. 60 A 203.0.113.66"], [], [])
    zone.says["bank.example."] = (["bank.example. 60 A 192.0.2.2"], [], [])
    assert_said(daemon, "www.example", "A", ["www.example. 60 A 192.0.2.1"])
    assert_said(daemon, "bank.example", "A", ["bank.example. 60 A 192.0.2.2"])


def test_other_names_alone(daemon, zone):
    zone.says["www.example."] = (["bank.example. 60 A 203.0.113.66"], [], [])
    reply = ask(daemon, "www.example", use_edns=True)
    assert is_failed(reply) and not reply.answer
    assert "do not answer the question" in ede(reply)[1]
    assert daemon.control(command="stats")["queries"]["unusable_answers"] == 1


def test_order_and_case_stay(daemon, zone):
    says = [f"www.example. 60 A 192.0.2.{i}" for i in (9, 1, 5, 3, 7)]
    zone.says["www.example."] = (says + ["other.example. 60 A 203.0.113.66"], [], [])
    reply = ask(daemon, "wWw.ExAmPle")
    assert sorted(lines(reply.answer)) == sorted(
        line.replace("www.example.", "wWw.ExAmPle.") for line in says)
    assert [str(rdata) for rdata in reply.answer[0]] == [s.split()[-1] for s in says]


# --- chains ------------------------------------------------------------------------

CHAIN = ["www.example. 60 CNAME cdn.example.net.", "cdn.example.net. 60 CNAME e.cdn.test.",
         "e.cdn.test. 60 A 192.0.2.1"]


def test_a_chain(daemon, zone):
    zone.says["www.example."] = (CHAIN, [], [])
    assert_said(daemon, "www.example", "A", CHAIN)


def test_a_chain_with_others_beside(daemon, zone):
    zone.says["www.example."] = (
        [CHAIN[0], "cdn.example.net. 60 A 203.0.113.66", "x.test. 60 CNAME e.cdn.test.",
         CHAIN[1], CHAIN[2], "f.cdn.test. 60 A 203.0.113.66"], [], [])
    assert_said(daemon, "www.example", "A", CHAIN)


def test_a_chain_backwards(daemon, zone):
    zone.says["www.example."] = (CHAIN[::-1], [], [])
    assert_said(daemon, "www.example", "A", CHAIN[::-1])


def test_a_chain_that_ends_in_nothing(daemon, zone):
    soa = f"cdn.test. 60 SOA {SOA}"
    zone.says["www.example."] = (CHAIN[:2], [soa, f"example. 60 SOA {SOA}"], [])
    assert_said(daemon, "www.example", "A", CHAIN[:2], [soa])


def test_a_dname(daemon, zone):
    says = ["old.example. 60 DNAME new.example.",
            "www.old.example. 60 CNAME www.new.example.", "www.new.example. 60 A 192.0.2.1"]
    zone.says["www.old.example."] = (says, [], [])
    assert_said(daemon, "www.old.example", "A", says)


@pytest.mark.parametrize("says", [
    ["www.example. 60 CNAME www.example."],
    ["www.example. 60 CNAME a.example.", "a.example. 60 CNAME www.example."],
    ["www.example. 60 CNAME a.example.", "a.example. 60 CNAME b.example.",
     "b.example. 60 CNAME a.example."],
    ["www.example. 60 CNAME a.example.", "www.example. 60 CNAME b.example.",
     "a.example. 60 A 192.0.2.1", "b.example. 60 A 192.0.2.2"],
    ["example. 60 DNAME evil.test.", "www.example. 60 CNAME www.other.test.",
     "www.other.test. 60 A 203.0.113.66"],
    ["www.example. 60 CNAME a0.example."]
    + [f"a{i}.example. 60 CNAME a{i + 1}.example." for i in range(40)]
    + ["a40.example. 60 A 192.0.2.1"],
], ids=["itself", "two", "later", "branch", "dname", "long"])
def test_chains_that_are_none(daemon, zone, says):
    zone.says["www.example."] = (says, [], [])
    reply = ask(daemon, "www.example", use_edns=True)
    assert is_failed(reply) and not reply.answer
    assert "do not answer the question" in ede(reply)[1]


@pytest.mark.parametrize("says", [
    ["bank.example. 60 A 203.0.113.66"],
    ["www.example. 60 CNAME www.example."],
], ids=["other", "circle"])
def test_another_upstream_knows_better(start, toy, says):
    zone, other = Zone(toy), Zone(toy)
    zone.says["www.example."] = (says, [], [])
    other.says["www.example."] = (["www.example. 60 A 192.0.2.1"], [], [])
    daemon = start([zone.upstream(), other.server.upstream("v")], strategy="ordered")
    assert_said(daemon, "www.example", "A", ["www.example. 60 A 192.0.2.1"])
    assert daemon.upstream("u")["queries"] == daemon.upstream("v")["queries"] == 1


def test_many_records_and_one_stranger(daemon, zone):
    """Written anew an answer is none the larger: names are compressed."""
    many = [f"www.example. 60 MX 10 mail{i}.a-rather-long-name.example." for i in range(60)]
    zone.says["www.example."] = (many, [], ["stranger.test. 60 A 203.0.113.66"])
    zone.says["wwx.example."] = ([line.replace("www.", "wwx.") for line in many], [], [])
    replies = {}
    for name in ("www", "wwx"):
        with Tcp(daemon) as tcp:
            tcp.send(make(name + ".example", "MX"))
            replies[name] = tcp.receive_wire()
    assert lines(dns.message.from_wire(replies["www"]).answer) == many
    assert len(replies["www"]) == len(replies["wwx"])


# --- DNSSEC's records -----------------------------------------------------------------

def signed(owner, kind, signer="example."):
    return f"{owner} 60 RRSIG {kind} " + SIGNATURE.format(signer=signer)


def test_dnssec_records_for_who_wants_them(daemon, zone):
    answer = ["www.example. 60 A 192.0.2.1", signed("www.example.", "A")]
    proof = ["a.example. 60 NSEC b.example. A RRSIG NSEC", signed("a.example.", "NSEC")]
    zone.says["www.example."] = (answer, proof, [])
    reply = assert_said(daemon, "www.example", "A", answer, proof, want_dnssec=True)
    assert reply.ednsflags & dns.flags.DO
    assert_said(daemon, "www.example", "A", answer[:1])
    reply = assert_said(daemon, "www.example", "A", answer[:1], use_edns=0)
    assert not reply.ednsflags & dns.flags.DO


def test_dnssec_records_that_were_asked_for(daemon, zone):
    for kind, data in (("DS", "12345 13 2 " + 64 * "0"), ("DNSKEY", "257 3 13 AAAA"),
                       ("NSEC", "b.example. A"), ("RRSIG", "A " + SIGNATURE.format(
                           signer="example."))):
        name = kind.lower() + ".example."
        zone.says[name] = ([f"{name} 60 {kind} {data}"], [], [])
        reply = ask(daemon, name, kind)
        assert [rrset.rdtype for rrset in reply.answer] == [dns.rdatatype.from_text(kind)]


# --- flags -----------------------------------------------------------------------------

def all_flags(reply):
    reply.answer.append(record("www.example. 60 A 192.0.2.1"))
    reply.flags |= dns.flags.AA | dns.flags.AD | 0x40
    reply.flags &= ~dns.flags.RA


@pytest.mark.parametrize("options", [{}, {"want_dnssec": True}, {"use_edns": 0}],
                         ids=["plain", "do", "edns"])
def test_flags(daemon, zone, options):
    zone.says["www.example."] = all_flags
    for _ in range(2):
        for flags in (dns.flags.RD, dns.flags.RD | dns.flags.AD, 0,
                      dns.flags.RD | dns.flags.CD,
                      dns.flags.RD | dns.flags.AA | dns.flags.RA | 0x40):
            query = make("www.example", **options)
            query.flags = flags
            reply = ask(daemon, query)
            kept = flags & (dns.flags.RD | dns.flags.CD)
            assert reply.flags == dns.flags.QR | dns.flags.RA | kept, hex(reply.flags)


def test_question_byte_for_byte(daemon, zone):
    zone.says["www.example."] = (["www.example. 60 A 192.0.2.1"], [], [])
    for name in ("www.example", "WWW.EXAMPLE", "wWw.eXaMpLe"):
        query = make(name)
        reply = ask(daemon, query)
        assert reply.question[0].name.labels == query.question[0].name.labels


# --- types -----------------------------------------------------------------------------

def test_types_that_nobody_knows(daemon, zone):
    """RFC 3597: as opaque as they come."""
    says = ["www.example. 60 TYPE65280 \\# 5 c00cff0102"]
    zone.says["www.example."] = (says + ["x.example. 60 TYPE65280 \\# 1 00"], [], [])
    assert_said(daemon, "www.example", "TYPE65280", says)


@pytest.mark.parametrize("name", ["www.example", "nowhere.example", "."])
def test_any(daemon, zone, name):
    """RFC 8482 §4.2, without a question to anybody."""
    owner = str(dns.name.from_text(name))
    assert_said(daemon, name, "ANY", [f'{owner} 3600 HINFO "RFC8482" ""'])
    assert daemon.upstream()["queries"] == 0


@pytest.mark.parametrize("kind", ["AXFR", "IXFR", "MAILA", "MAILB", "TKEY", "TSIG", "OPT",
                                  "TYPE128"])
def test_types_that_are_none(daemon, kind):
    for tcp in (False, True):
        query = dns.message.make_query("www.example", "A", use_edns=0)
        query.question[0].rdtype = dns.rdatatype.from_text(kind)
        reply = ask(daemon, query, tcp=tcp)
        assert reply.rcode() == dns.rcode.REFUSED
        assert ede(reply) == (21, "no zone transfers, no meta types")
    assert daemon.upstream()["queries"] == 0


@pytest.mark.parametrize("name, kind, of", [
    ("version.bind", "TXT", "CH"), ("id.server", "TXT", "CH"),
    ("hostname.bind", "TXT", "CH"), ("www.example", "A", "HS"),
    ("www.example", "A", "ANY"), ("www.example", "A", "NONE")])
def test_other_classes(daemon, name, kind, of):
    reply = ask(daemon, dns.message.make_query(name, kind, of, use_edns=0))
    assert reply.rcode() == dns.rcode.REFUSED
    assert ede(reply) == (21, "only class IN")
    assert daemon.upstream()["queries"] == 0


# --- what upstreams say beside -----------------------------------------------------------

def blocked(reply):
    reply.answer.append(record("www.example. 60 A 0.0.0.0"))
    reply.use_edns(0, 0, 1232, options=[
        dns.edns.EDEOption(15, "on the list of ads"),
        dns.edns.ECSOption("192.0.2.0", 24, 24)])


def test_an_upstreams_ede(daemon, zone):
    zone.says["www.example."] = blocked
    for _ in range(2):
        reply = ask(daemon, "www.example", use_edns=0)
        assert ede(reply) == (15, "on the list of ads")
        assert len(reply.options) == 1
    assert ask(daemon, "www.example").edns < 0


def failed(reply):
    reply.set_rcode(dns.rcode.SERVFAIL)
    reply.use_edns(0, 0, 1232, options=[dns.edns.EDEOption(6, "signatures do not fit")])


def test_an_upstreams_reason_to_fail(daemon, zone):
    zone.says["www.example."] = failed
    reply = ask(daemon, "www.example", use_edns=0)
    assert is_failed(reply)
    assert ede(reply) == (6, "u: answered SERVFAIL: signatures do not fit")


def test_an_answer_that_is_cut_is_whole_over_tcp(daemon, zone):
    many = [f"www.example. 60 TXT \"{i:0200}\"" for i in range(20)]
    zone.says["www.example."] = (many + ["x.example. 60 A 192.0.2.9"], [], [])
    for options, size in (({}, 512), ({"use_edns": 0, "payload": 512}, 512),
                          ({"use_edns": 0, "payload": 4096}, 1232)):
        query = make("www.example", "TXT", **options)
        reply = ask(daemon, query)
        assert reply.flags & dns.flags.TC
        # Who has no EDNS may have no TCP either, and gets what fits.
        assert lines(reply.answer) == (many[:2] if not options else [])
        assert len(reply.to_wire()) <= size
    reply = ask(daemon, "www.example", "TXT", tcp=True)
    assert not reply.flags & dns.flags.TC
    assert lines(reply.answer) == many
    wait_for("no question is open", lambda: daemon.control(
        command="stats")["queries"]["in_flight"] == 0)
