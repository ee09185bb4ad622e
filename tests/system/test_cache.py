"""What is remembered, for how long, and who shares a question."""

import threading
import time

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from client import Later, Tcp, ask, ede, first, is_failed, is_good, make, strings
from harness import wait_for
from servers import answer_a, serve_all


class Count:
    """Queries that arrived at the honest upstream since then."""

    def __init__(self, lab, name="honest"):
        self.lab, self.name = lab, name
        self.before = lab.counters(name)["queries"]

    def __call__(self):
        return self.lab.counters(self.name)["queries"] - self.before


@pytest.fixture
def count(lab):
    return Count(lab)


def be_patient(daemon):
    """Has its first answer take 300 ms. For a dozen questions it then finds none slow,
    asks none twice and its upstream for no sign of life, however busy this machine is."""
    assert is_good(ask(daemon, "slow.lab", "AAAA"))
    assert daemon.control(command="flush")["flushed"] == 1
    return daemon


@pytest.fixture
def patient(daemon):
    """To be named before `count`."""
    return be_patient(daemon)


def ttl(reply):
    return (reply.answer or reply.authority)[0].ttl


@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
@pytest.mark.parametrize("name, kind", [
    ("example.lab", "A"), ("example.lab", "AAAA"), ("example.lab", "TXT"),
    ("big.lab", "TXT"), ("cname.lab", "A"), ("nx.lab", "A"), ("nodata.lab", "A"),
])
def test_hits(daemon, count, name, kind, tcp):
    """Asked once; every later answer says the same."""
    replies = [ask(daemon, name, kind, tcp=True)]
    replies += [ask(daemon, name, kind, tcp=tcp, payload=1232) for _ in range(5)]
    assert count() == 1
    for reply in replies[1:]:
        assert reply.rcode() == replies[0].rcode()
        if not reply.flags & dns.flags.TC:
            assert reply.answer == replies[0].answer
            assert reply.authority == replies[0].authority
    assert daemon.status()["cache"]["hits"] == 5


@pytest.mark.parametrize("name, kind, other, other_kind", [
    ("example.lab", "A", "example2.lab", "A"),
    ("example.lab", "A", "example.lab", "AAAA"),
    ("nx.lab", "A", "a.nx.lab", "A"),
    ("nodata.lab", "A", "nodata.lab", "TXT"),
])
def test_another_question(patient, count, name, kind, other, other_kind):
    ask(patient, name, kind)
    ask(patient, other, other_kind)
    assert count() == 2


def test_do_and_cd_are_apart(patient, count):
    """Each of the four has an answer of its own."""
    for wanted in ("no no", "yes no", "no yes", "yes yes"):
        do, cd = (word == "yes" for word in wanted.split())
        for _ in range(3):
            query = make("ecs.lab", "TXT", want_dnssec=do)
            query.flags |= dns.flags.CD if cd else 0
            reply = ask(patient, query)
            assert f"do={'yes' if do else 'no'}" in strings(reply)
            assert f"cd={'yes' if cd else 'no'}" in strings(reply)
    assert count() == 4


def test_no_edns_is_as_do_clear(daemon, count):
    assert "do=no" in strings(ask(daemon, "ecs.lab", "TXT"))
    assert "do=no" in strings(ask(daemon, "ecs.lab", "TXT", use_edns=0))
    assert count() == 1


def test_ttl_ages(daemon, count):
    """By the second, in a cached answer, and only there."""
    assert ttl(ask(daemon, "example.lab")) == 300
    begin = time.monotonic()

    def aged():
        return ttl(ask(daemon, "example.lab")) <= 298
    wait_for("the TTL to sink by two", aged)
    took = time.monotonic() - begin
    assert took > 0.9 and ttl(ask(daemon, "example.lab")) >= 298 - took
    assert count() == 1


def test_ttl_ends(patient, count):
    assert ttl(ask(patient, "ttl1.lab")) == 1

    def asked_again():
        assert ttl(ask(patient, "ttl1.lab")) <= 1
        return count() == 2
    wait_for("the answer to end", asked_again, 5)


def test_ttl_zero_is_not_kept(patient, count):
    for _ in range(3):
        assert ttl(ask(patient, "ttl0.lab")) == 0
    assert count() == 3


@pytest.mark.parametrize("soa_ttl, minimum", [(1, 300), (300, 1)])
def test_negative_ends(start, toy, soa_ttl, minimum):
    """RFC 2308 §5: after the lesser of the SOA's TTL and its minimum."""
    seen = []

    def behave(session):
        while (query := session.receive()) is not None:
            seen.append(query)
            reply = dns.message.make_response(query)
            reply.set_rcode(dns.rcode.NXDOMAIN)
            reply.authority.append(dns.rrset.from_text(
                "test.", soa_ttl, "IN", "SOA", f"ns.test. me.test. 1 2 3 4 {minimum}"))
            session.send(reply)
    daemon = start([toy(behave).upstream("u")])
    for _ in range(3):
        assert ask(daemon, "nx.test").rcode() == dns.rcode.NXDOMAIN
    assert len(seen) == 1

    def asked_again():
        ask(daemon, "nx.test")
        return len(seen) == 2
    wait_for("the denial to end", asked_again, 5)


def test_min_ttl(start, honest, lab):
    daemon = be_patient(start([honest], tls=lab.tls, cache={"min_ttl": 60}))
    count = Count(lab)
    for name in ("ttl0.lab", "ttl1.lab"):
        for _ in range(3):
            assert is_good(ask(daemon, name))
    assert ttl(ask(daemon, "ttl1.lab")) >= 50
    assert count() == 2


def test_max_ttl(start, honest, lab, count):
    daemon = start([honest], tls=lab.tls, cache={"max_ttl": 1})
    assert is_good(ask(daemon, "example.lab"))

    def asked_again():
        ask(daemon, "example.lab")
        return count() >= 2
    wait_for("the answer to end early", asked_again, 5)


def test_no_cache(start, honest, lab):
    daemon = start([honest], tls=lab.tls, cache={"size": 0})
    assert is_good(ask(daemon, "slow.lab"))  # as be_patient()
    count = Count(lab)
    for _ in range(3):
        assert is_good(ask(daemon, "example.lab"))
    assert count() == 3


def test_case_of_the_question(start, toy):
    """The question comes back as it was asked; the cache knows no case."""
    server = toy(serve_all)
    daemon = start([server.upstream("u")])
    for name in ("example.test", "EXAMPLE.TEST", "eXaMpLe.TeSt"):
        reply = ask(daemon, name)
        assert reply.question[0].name.to_text() == name + "."
        assert reply.answer[0].name.to_text() == name + "."
    assert daemon.upstream()["queries"] == 1


def test_case_of_joined_questions(patient, count):
    names = ["slow.lab", "SLOW.lab", "sLoW.lAb"]
    for reply, name in zip([q.get() for q in [Later(ask, patient, n) for n in names]], names):
        assert reply.question[0].name.to_text() == name + "."
    assert count() == 1


# --- joined ----------------------------------------------------------------------

def test_joined(patient, count):
    """Fifty clients, over UDP and TCP, with and without EDNS: one question."""
    clients = [Later(ask, patient, "slow.lab", tcp=i % 2 == 1,
                     use_edns=0 if i % 3 == 0 else False) for i in range(50)]
    for one in clients:
        assert is_good(one.get())
    assert count() == 1


def test_joined_on_one_connection(patient, count):
    queries = [make("slow.lab") for _ in range(100)]
    with Tcp(patient) as tcp:
        tcp.send(*queries)
        assert sorted(tcp.receive().id for _ in queries) == sorted(q.id for q in queries)
    assert count() == 1


def test_not_joined_with_do(patient, count):
    both = [Later(ask, patient, "slow.lab", want_dnssec=do) for do in (False, True)]
    for one in both:
        assert is_good(one.get())
    assert count() == 2


def test_joined_is_hedged_once(start, toy):
    """However many wait for it. What else is asked is for a sign of life."""
    seen = []

    def behave(session):
        while (query := session.receive()) is not None:
            seen.append(query.question[0].name.to_text())
            if seen[-1] != "slow.test." or session.number > 1:
                session.send(answer_a(query))
    daemon = start([toy(behave).upstream("u")])
    assert is_good(ask(daemon, "fast.test"))
    for one in [Later(ask, daemon, "slow.test") for _ in range(20)]:
        assert is_good(one.get())
    assert seen.count("slow.test.") == 2 and seen.count("fast.test.") == 1
    assert set(seen) <= {"fast.test.", "slow.test.", "."}
    told = daemon.status()["queries"]
    assert told["asked"] == 2 and told["hedges"] == 1
    assert told["retries"] == told["failovers"] == 0


def test_joined_fail_together(start, honest, lab, count):
    # Over before it is overdue, which it is after 400 ms where nothing was measured.
    daemon = start([honest], tls=lab.tls, limits={"timeout": "300ms"})
    for one in [Later(ask, daemon, "drop.lab") for _ in range(10)]:
        assert is_failed(one.get())
    assert count() == 1


# --- failures --------------------------------------------------------------------

def test_failure_is_remembered(daemon, count):
    """RFC 9520: not asked again at once; the reason is remembered with it."""
    for _ in range(5):
        reply = ask(daemon, "servfail.lab", use_edns=0)
        assert is_failed(reply)
        assert "honest" in ede(reply)[1] and "SERVFAIL" in ede(reply)[1]
    assert count() == 1


def test_failure_is_forgotten_when_an_upstream_turns_good(start, toy, authority):
    """Nobody listens; then somebody does: answered long before the five seconds."""
    server = toy(serve_all)
    address = server.address
    server.close()
    daemon = start([authority.upstream("late", address)])
    assert is_failed(ask(daemon, "example.test"))
    assert daemon.upstream()["state"] == "unreachable"
    host, port = address.rsplit(":", 1)
    toy(serve_all, address=host, port=int(port))
    begin = time.monotonic()
    # Another question finds out; the one that failed is then no longer remembered.
    wait_for("the upstream to be good",
             lambda: is_good(ask(daemon, f"t{time.monotonic_ns()}.test")), 5)
    assert is_good(ask(daemon, "example.test"))
    assert time.monotonic() - begin < 4


def test_answer_outlives_a_failure(start, toy):
    """What is known is still given when the upstream is gone."""
    server = toy(serve_all)
    daemon = start([server.upstream("u")])
    assert first(ask(daemon, "example.test")) == "192.0.2.7"
    server.close()
    assert is_failed(ask(daemon, "another.test"))
    assert first(ask(daemon, "example.test")) == "192.0.2.7"


@pytest.mark.parametrize("rcode", [dns.rcode.REFUSED, dns.rcode.NOTIMP, dns.rcode.FORMERR])
def test_other_rcodes_are_relayed_and_not_kept(start, toy, rcode):
    seen = []

    def behave(session):
        while (query := session.receive()) is not None:
            seen.append(query)
            reply = answer_a(query)
            reply.answer.clear()
            reply.set_rcode(rcode)
            session.send(reply)
    daemon = start([toy(behave).upstream("u")])
    for i in range(2):
        assert ask(daemon, "example.test").rcode() == rcode
        assert len(seen) == i + 1


# --- flush -----------------------------------------------------------------------

def test_flush_everything(patient, count):
    for name in ("example.lab", "nx.lab"):
        ask(patient, name)
    assert patient.control(command="flush") == {"ok": True, "flushed": 2}
    for name in ("example.lab", "nx.lab"):
        ask(patient, name)
    assert count() == 4


def test_flush_a_name(patient, count):
    """All of its types, in any case, and nothing else."""
    for name, kind in (("example.lab", "A"), ("example.lab", "TXT"), ("b.example.lab", "A")):
        ask(patient, name, kind)
    done = patient.ctl("flush", "EXAMPLE.lab", "--json")
    assert done.returncode == 0 and '"flushed": 2' in done.stdout, done.stdout
    ask(patient, "b.example.lab")
    assert count() == 3
    ask(patient, "example.lab")
    assert count() == 4


@pytest.mark.parametrize("name", ["a..b", 64 * "x" + ".lab", ".a"])
def test_flush_no_name(daemon, name):
    answer = daemon.control(command="flush", name=name)
    assert not answer["ok"] and "not a domain name" in answer["error"]


def test_flush_while_it_is_asked(daemon):
    ask(daemon, "example.lab")
    query = Later(ask, daemon, "slow.lab")
    wait_for("it to be under way", lambda: daemon.status()["queries"]["in_flight"] == 1)
    daemon.control(command="flush")
    assert is_good(query.get())


def test_flush_under_load(daemon):
    stop = threading.Event()

    def load():
        answered = 0
        with Tcp(daemon) as tcp:
            while not stop.is_set():
                tcp.send(*[make(f"n{i}.lab") for i in range(20)])
                answered += sum(is_good(tcp.receive()) for _ in range(20))
        return answered
    clients = [Later(load) for _ in range(2)]
    for _ in range(50):
        assert daemon.control(command="flush")["ok"]
    stop.set()
    for one in clients:
        assert one.get() % 20 == 0
