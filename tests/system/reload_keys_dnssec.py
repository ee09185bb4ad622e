"""As reload_keys.py: DNSSEC."""

import os

import dns.flags

from client import ask, ede, is_good
from reload_keys import key
from servers import answer_a


@key("trust_ad")
def trust_ad(w):
    def behave(session):
        while (query := session.receive()) is not None:
            reply = answer_a(query)
            reply.flags |= dns.flags.AD
            session.send(reply)
    w.begin([w.toy(behave).upstream("u")])
    for name, trust in (("a.test", True), ("b.test", False), ("c.test", None)):
        believed = ask(w.daemon, name, want_dnssec=True).flags & dns.flags.AD
        assert bool(believed) == (name == "b.test")
        w.reload(trust_ad=trust)


def bogus(w, name):
    """By a server that signs nothing, below a root that is signed."""
    reply = ask(w.daemon, name, want_dnssec=True)
    return reply.rcode() == 2 and ede(reply)[0] in range(6, 13)


@key("dnssec")
def dnssec(w):
    w.begin()
    assert is_good(ask(w.daemon, "a.example"))
    w.reload(dnssec="validate")
    assert bogus(w, "a.example")
    w.reload(dnssec="off")
    assert is_good(ask(w.daemon, "a.example"))


@key("dnssec_anchors")
def dnssec_anchors(w):
    """Where nothing above is anchored, nothing need be signed."""
    path = os.path.join(w.place, "anchors")
    with open(path, "w", encoding="ascii") as file:
        file.write("else.example. IN DS 20326 8 2 " + 32 * "ab" + "\n")
    w.begin(dnssec="validate")
    assert bogus(w, "a.example")
    w.reload(dnssec="validate", dnssec_anchors=path)
    assert is_good(ask(w.daemon, "a.example"))
    w.refuses(w.place, dnssec="validate", dnssec_anchors=w.place + "/none")


@key("dnssec_negative")
def dnssec_negative(w):
    w.begin(dnssec="validate")
    assert bogus(w, "a.example")
    w.reload(dnssec="validate", dnssec_negative=["example"])
    assert is_good(ask(w.daemon, "a.example"))
    assert bogus(w, "a.other")
