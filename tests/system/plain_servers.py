"""Servers without TLS, which answer or lie as a test wants it."""

import socket
import struct
import threading

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset

from client import first
from harness import free_port, join
from servers import answer_a

# What everybody, a zone's server and another one of the tests answer.
PUBLIC, INSIDE, OTHER = "203.0.113.1", "192.0.2.53", "192.0.2.54"


def reply_with(query, *records):
    """An answer as a recursive server gives it, with records as master-file lines
    without a name; NODATA without any."""
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.RA
    for record in records:
        kind, _, data = record.partition(" ")
        reply.answer.append(dns.rrset.from_text(
            query.question[0].name, 300, "IN", kind, data))
    return reply


def address_of(query, address="192.0.2.53"):
    """An answer with an address for A, and none for other types."""
    if query.question[0].rdtype == dns.rdatatype.A:
        return reply_with(query, "A " + address)
    return reply_with(query)


def answering(address):
    """What answers every question for an address with this one."""
    def behave(query, how, send):
        del how
        send(address_of(query, address))
    return behave


def recorder(seen, address=PUBLIC):
    """Behaviour of a DoT server that keeps what it is asked."""
    def behave(session):
        while (query := session.receive()) is not None:
            seen.append(query.question[0].name.to_text().lower())
            if query.question[0].rdtype == dns.rdatatype.A:
                session.send(answer_a(query, address))
            else:
                session.send(dns.message.make_response(query))
    return behave


def elsewhere(address):
    """What leads every name to one of somebody else's, and says where that is."""
    def behave(query, how, send):
        del how
        reply = reply_with(query, "CNAME bank.example.")
        reply.answer.append(dns.rrset.from_text("bank.example.", 300, "IN", "A", address))
        reply.authority.append(dns.rrset.from_text(".", 300, "IN", "NS", "bank.example."))
        send(reply)
    return behave


def to(zone, *servers):
    """A route to servers without TLS."""
    return {"zone": zone, "protocol": "plain",
            "address": [getattr(server, "place", server) for server in servers]}


def address(reply):
    return first(reply) if reply.answer else None


class PlainServer:
    """behave(query, how, send) runs for each query, `how` is "udp" or "tcp". Every query
    is in `asked` as (how, name, type), its bytes are in `wires`, and the ports of
    datagrams in `ports`."""

    def __init__(self, behave=answering("192.0.2.53"), address="127.0.0.1", port=0,
                 tcp=True):
        self.behave = behave
        self.asked, self.wires, self.ports = [], [], []
        self.closing = False
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.udp = socket.socket(family, socket.SOCK_DGRAM)
        self.udp.bind((address, port or free_port(address)))
        self.place = join(address, self.udp.getsockname()[1])
        threading.Thread(target=self.serve_udp, daemon=True).start()
        self.tcp = None
        if tcp:
            self.tcp = socket.socket(family)
            self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.tcp.bind(self.udp.getsockname())
            self.tcp.listen()
            threading.Thread(target=self.accept, daemon=True).start()

    def take(self, wire, how):
        query = dns.message.from_wire(wire)
        question = query.question[0]
        self.wires.append(wire)
        self.asked.append((how, question.name.to_text().lower(),
                           dns.rdatatype.to_text(question.rdtype)))
        return query

    def serve_udp(self):
        while not self.closing:
            try:
                wire, client = self.udp.recvfrom(4096)
            except OSError:
                return
            if not wire:
                continue
            self.ports.append(client[1])

            def send(message, client=client):
                data = message if isinstance(message, bytes) else message.to_wire()
                if not self.closing:
                    self.udp.sendto(data, client)
            self.behave(self.take(wire, "udp"), "udp", send)

    def accept(self):
        while not self.closing:
            try:
                client, _ = self.tcp.accept()
            except OSError:
                return
            threading.Thread(target=self.serve_tcp, args=(client,), daemon=True).start()

    def serve_tcp(self, client):
        def send(message):
            data = (message if isinstance(message, bytes)
                    else message.to_wire(max_size=65535))
            client.sendall(struct.pack("!H", len(data)) + data)
        with client:
            try:
                while head := client.recv(2, socket.MSG_WAITALL):
                    wire = client.recv(struct.unpack("!H", head)[0], socket.MSG_WAITALL)
                    self.behave(self.take(wire, "tcp"), "tcp", send)
            except (OSError, struct.error):
                pass

    def names(self):
        return {name for _, name, _ in self.asked}

    def close(self):
        self.closing = True
        for one in (self.udp, self.tcp):
            if one is None:
                continue
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()
