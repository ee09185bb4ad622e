"""What leaves towards an upstream: the question, padded, and nothing of the client."""

import dns.edns
import dns.flags
import dns.message
import pytest

from client import ask, is_good, make, strings
from servers import answer_a


def echo(daemon, **options):
    query = make("ecs.lab", "TXT", **options)
    return strings(ask(daemon, query))


ECS = dns.edns.ECSOption("198.51.100.0", 24)
COOKIE = dns.edns.GenericOption(dns.edns.OptionType.COOKIE, b"12345678")


@pytest.mark.parametrize("options", [
    {}, {"use_edns": 0}, {"use_edns": 0, "options": [ECS]},
    {"use_edns": 0, "options": [COOKIE]}, {"use_edns": 0, "options": [ECS, COOKIE]},
    {"use_edns": 0, "options": [dns.edns.GenericOption(65001, b"me")]},
], ids=["plain", "edns", "subnet", "cookie", "both", "unknown"])
def test_nothing_of_the_client_leaves(daemon, options):
    seen = echo(daemon, **options)
    assert "subnet=no" in seen and "cookie=no" in seen and "padding=yes" in seen
    assert "length=128" in seen


@pytest.mark.parametrize("padding, length", [(128, 128), (0, 40), (468, 468), (64, 64)])
def test_padding(start, honest, lab, padding, length):
    daemon = start([honest], tls=lab.tls, edns={"padding": padding})
    seen = echo(daemon)
    assert f"length={length}" in seen, seen
    assert f"padding={'yes' if padding else 'no'}" in seen


def test_long_name_is_padded_to_the_next_block(start, toy):
    lengths = []

    def behave(session):
        while (wire := session.receive_wire()) is not None:
            lengths.append(len(wire))
            session.send(answer_a(dns.message.from_wire(wire)))
    daemon = start([toy(behave).upstream("u")])
    for name in ("a.test", 60 * "b" + ".test", ".".join(3 * [60 * "c"]) + ".test"):
        assert is_good(ask(daemon, name))
    assert lengths == [128, 128, 256]


@pytest.mark.parametrize("do", [False, True], ids=["do=no", "do=yes"])
@pytest.mark.parametrize("cd", [False, True], ids=["cd=no", "cd=yes"])
def test_do_and_cd_are_passed_on(daemon, do, cd):
    query = make("ecs.lab", "TXT", want_dnssec=do)
    query.flags |= dns.flags.CD if cd else 0
    query.flags |= dns.flags.AD
    seen = strings(ask(daemon, query))
    assert ("do=yes" in seen) == do and ("cd=yes" in seen) == cd
    assert "ad=no" in seen and "edns=yes" in seen


def test_query_wire(start, toy):
    """What leaves is one question, RD, an OPT with padding and the question how long an
    idle connection is kept (RFC 7828); neither the client's ID nor a number that counts
    from zero in every run."""
    wires = []

    def behave(session):
        while (wire := session.receive_wire()) is not None:
            wires.append(wire)
            session.send(answer_a(dns.message.from_wire(wire)))
    server = toy(behave)
    daemon = start([server.upstream("u")])
    sent = []
    for i in range(8):
        sent.append(make(f"n{i}.test"))
        assert is_good(ask(daemon, sent[-1]))
        server.drop_clients()
    queries = [dns.message.from_wire(wire) for wire in wires]
    for query in queries:
        assert query.flags == dns.flags.RD and query.opcode() == 0
        assert len(query.question) == 1 and not query.answer and not query.authority
        assert query.edns == 0 and [o.otype for o in query.options] == [11, 12]
        assert query.options[0].to_wire() == b""
        assert query.payload == 1232
    ids = [query.id for query in queries]
    assert len(set(ids)) >= len(ids) - 1, ids
    assert sum(a == b.id for a, b in zip(ids, sent)) <= 1
