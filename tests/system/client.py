"""Questions to the daemon over UDP and TCP, through dnspython."""

import socket
import struct
import threading

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype

TIMEOUT_S = 20


def make(name, kind="A", **options):
    return dns.message.make_query(name, kind, **options)


def ask(daemon, name, kind="A", tcp=False, timeout_s=TIMEOUT_S, source=None, **options):
    """The reply; dnspython checks ID and question."""
    query = name if isinstance(name, dns.message.Message) else make(name, kind, **options)
    how = dns.query.tcp if tcp else dns.query.udp
    return how(query, daemon.address, port=daemon.port, timeout=timeout_s, source=source)


def first(reply):
    """The first record's data as text."""
    assert reply.answer, reply
    return reply.answer[0][0].to_text()


def strings(reply):
    """All strings of the first TXT record."""
    return [s.decode() for s in reply.answer[0][0].strings]


def ede(reply):
    """(code, text) of the Extended DNS Error, or None."""
    for option in reply.options:
        if option.otype == dns.edns.EDE:
            return int(option.code), option.text or ""
    return None


def is_good(reply):
    return reply.rcode() == dns.rcode.NOERROR and bool(reply.answer)


def is_failed(reply):
    return reply.rcode() == dns.rcode.SERVFAIL


def frame(message):
    wire = message if isinstance(message, bytes) else message.to_wire()
    return struct.pack("!H", len(wire)) + wire


class Tcp:
    """A connection to the daemon, frame by frame."""

    def __init__(self, daemon, timeout_s=TIMEOUT_S, source=None):
        self.socket = socket.create_connection(
            (daemon.address, daemon.port), timeout_s,
            source_address=(source, 0) if source else None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, *messages):
        self.socket.sendall(b"".join(frame(m) for m in messages))

    def send_bytes(self, data):
        self.socket.sendall(data)

    def take(self, n):
        data = b""
        while len(data) < n:
            more = self.socket.recv(n - len(data))
            if not more:
                raise EOFError("closed by the daemon")
            data += more
        return data

    def receive_wire(self):
        return self.take(struct.unpack("!H", self.take(2))[0])

    def receive(self):
        return dns.message.from_wire(self.receive_wire())

    def is_closed(self):
        """Waits until the daemon closes; False if it says something."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True


def send_udp(daemon, wire, timeout_s=TIMEOUT_S):
    """The bytes that come back for bytes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(timeout_s)
        s.sendto(wire, (daemon.address, daemon.port))
        return s.recv(65535)


def is_silent(daemon, wire):
    """Nothing is answered to `wire`: what is asked after it, on the same socket, is
    answered first."""
    probe = make("example.lab")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(TIMEOUT_S)
        s.connect((daemon.address, daemon.port))
        s.send(wire)
        s.send(probe.to_wire())
        return s.recv(65535)[:2] == struct.pack("!H", probe.id)


class Later:
    """Runs a function in a thread; get() gives its result or raises what it raised."""

    def __init__(self, function, *arguments, **options):
        self.result = self.error = None
        self.thread = threading.Thread(
            target=self.run, args=(function, arguments, options), daemon=True)
        self.thread.start()

    def run(self, function, arguments, options):
        try:
            self.result = function(*arguments, **options)
        except BaseException as error:  # pylint: disable=broad-except
            self.error = error

    def get(self, timeout_s=60):
        self.thread.join(timeout_s)
        assert not self.thread.is_alive(), "still waiting"
        if self.error is not None:
            raise self.error
        return self.result
