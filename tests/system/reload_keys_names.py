"""As reload_keys.py: where a name is asked, and names that are answered here."""

import socket
import threading

import dns.flags
import dns.message

from client import ask, first, is_good
from reload_keys import key, two
from servers import answer_a, serve_all


class Plain:
    """A server without TLS; `asked` has the names."""

    def __init__(self, address):
        self.asked = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.address = address
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            wire, client = self.socket.recvfrom(4096)
            query = dns.message.from_wire(wire)
            self.asked.append(query.question[0].name.to_text().lower())
            reply = answer_a(query, self.address)
            reply.flags |= dns.flags.RA
            self.socket.sendto(reply.to_wire(), client)


def address(w, name):
    return first(ask(w.daemon, name))


# --- forward -----------------------------------------------------------------------

def plain(zone, server):
    return {"zone": zone, "address": [server.place], "protocol": "plain"}


@key("forward")
def forward(w):
    """What was cached of such a zone is forgotten."""
    w.begin()
    server = Plain("192.0.2.99")
    assert address(w, "a.corp.test") == "192.0.2.7"
    w.reload(forward=[plain("corp.test", server)])
    assert address(w, "a.corp.test") == "192.0.2.99"
    assert address(w, "a.other.test") == "192.0.2.7"
    w.reload(forward=None)
    assert address(w, "a.corp.test") == "192.0.2.7"
    assert set(server.asked) == {"a.corp.test."}


@key("forward[].zone")
def forward_zone(w):
    server = Plain("192.0.2.99")
    w.begin(forward=[plain("one.test", server)])
    assert address(w, "a.two.test") == "192.0.2.7"
    w.reload(forward=[plain("two.test", server)])
    assert address(w, "a.two.test") == "192.0.2.99"
    assert address(w, "a.one.test") == "192.0.2.7"


@key("forward[].upstreams")
def forward_upstreams(w):
    upstreams = [*two(w), w.toy(serve_all).upstream("rest")]
    w.begin(upstreams, strategy="ordered",
            forward=[{"zone": "corp.test", "upstreams": ["one"]}])
    assert is_good(ask(w.daemon, "a.corp.test"))
    w.reload(forward=[{"zone": "corp.test", "upstreams": ["two"]}])
    assert is_good(ask(w.daemon, "b.corp.test"))
    assert w.daemon.upstream("one")["answers"] == w.daemon.upstream("two")["answers"] == 1


@key("forward[].address")
def forward_address(w):
    one, other = Plain("192.0.2.98"), Plain("192.0.2.99")
    w.begin(forward=[plain("corp.test", one)])
    assert address(w, "a.corp.test") == "192.0.2.98"
    w.reload(forward=[plain("corp.test", other)])
    assert address(w, "a.corp.test") == "192.0.2.99"


@key("forward[].protocol")
def forward_protocol(w):
    """An address has one possible protocol, and it must be written."""
    server = Plain("192.0.2.99")
    w.begin(forward=[plain("corp.test", server)])
    w.refuses("forward[].protocol", forward=[dict(plain("corp.test", server),
                                                  protocol="dot")])
    w.refuses("forward[]", forward=[{"zone": "corp.test", "address": [server.place]}])
    assert address(w, "a.corp.test") == "192.0.2.99"


# --- rebind_protection -----------------------------------------------------------------

def inside(session):
    while (query := session.receive()) is not None:
        session.send(answer_a(query, "192.168.1.1"))


@key("rebind_protection.enable")
def rebind_enable(w):
    w.begin([w.toy(inside).upstream("u")])
    assert address(w, "a.test") == "192.168.1.1"
    w.reload(rebind_protection={"enable": True})
    assert not ask(w.daemon, "a.test").answer and not ask(w.daemon, "b.test").answer


@key("rebind_protection.allow")
def rebind_allow(w):
    w.begin([w.toy(inside).upstream("u")], rebind_protection={"enable": True})
    assert not ask(w.daemon, "a.home.test").answer
    w.reload(rebind_protection={"enable": True, "allow": ["home.test"]})
    assert address(w, "a.home.test") == "192.168.1.1"
    assert not ask(w.daemon, "b.test").answer


# --- names that are answered here --------------------------------------------------------

@key("hosts")
def hosts(w):
    for number in (1, 2):
        with open(f"{w.place}/hosts{number}", "w", encoding="ascii") as file:
            file.write(f"192.0.2.{number} box.test\n")
    w.begin()
    assert address(w, "box.test") == "192.0.2.7"
    for number in (1, 2):
        w.reload(hosts=f"{w.place}/hosts{number}")
        assert address(w, "box.test") == f"192.0.2.{number}"
    w.refuses("none", hosts=w.place + "/none")
    w.reload(hosts=None)
    assert address(w, "box.test") == "192.0.2.7"


@key("local_records")
def local_records(w):
    w.begin()
    assert address(w, "box.test") == "192.0.2.7"
    for number in (1, 2):
        w.reload(local_records=[f"box.test. 300 IN A 192.0.2.{number}"])
        assert address(w, "box.test") == f"192.0.2.{number}"
    w.refuses("local_records", local_records=["box.test. 300 IN A nonsense"])
    assert address(w, "box.test") == "192.0.2.2"


@key("local_zone")
def local_zone(w):
    w.begin()
    assert address(w, "a.ads.example") == "192.0.2.7"
    w.reload(local_zone=[{"zone": "ads.example", "action": "nxdomain"}])
    assert ask(w.daemon, "a.ads.example").rcode() == 3
    w.reload(local_zone=None)
    assert address(w, "a.ads.example") == "192.0.2.7"


@key("local_zone[].zone")
def local_zone_zone(w):
    w.begin(local_zone=[{"zone": "one.example", "action": "nxdomain"}])
    w.reload(local_zone=[{"zone": "two.example", "action": "nxdomain"}])
    assert address(w, "a.one.example") == "192.0.2.7"
    assert ask(w.daemon, "a.two.example").rcode() == 3


@key("local_zone[].action")
def local_zone_action(w):
    w.begin()
    for action, rcode in (("nxdomain", 3), ("nodata", 0), ("refuse", 5)):
        w.reload(local_zone=[{"zone": "ads.example", "action": action}])
        reply = ask(w.daemon, "a.ads.example")
        assert reply.rcode() == rcode and not reply.answer


# --- what the log has of it ------------------------------------------------------------

@key("log.privacy")
def log_privacy(w):
    w.begin(log={"queries": True})
    assert is_good(ask(w.daemon, "told.test"))
    w.reload(log={"queries": True, "privacy": "name"})
    assert is_good(ask(w.daemon, "secret.test"))
    w.reload(log={"queries": True})
    assert is_good(ask(w.daemon, "again.test"))
    assert "told.test" in w.daemon.log() and "again.test" in w.daemon.log()
    assert "secret.test" not in w.daemon.log()
