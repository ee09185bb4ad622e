"""Thousands of questions at once, and the wire of each reply: over one TCP connection
with many under way, or over one UDP socket."""

import select
import socket
import struct
import time

from client import TIMEOUT_S, frame

WINDOW = 100
# An answer over UDP may be lost where a socket's buffer is full.
RETRY_S = 2


def by_id(queries):
    """Queries with IDs that tell them apart."""
    assert len(queries) < 65536
    for i, query in enumerate(queries):
        query.id = i
    return [query.to_wire() for query in queries]


def connect(server):
    return socket.create_connection((server.address, server.port), TIMEOUT_S)


def over_tcp(server, queries, window=WINDOW):
    """A reply each, in the order of the queries."""
    wires, replies = by_id(queries), {}
    buffer, sent = b"", 0
    with connect(server) as s:
        while len(replies) < len(wires):
            more = min(window - (sent - len(replies)), len(wires) - sent)
            if more > window // 2 or sent + more == len(wires) and more > 0:
                s.sendall(b"".join(frame(wire) for wire in wires[sent:sent + more]))
                sent += more
            data = s.recv(1 << 20)
            assert data, f"closed after {len(replies)} replies"
            buffer += data
            at = 0
            while len(buffer) - at >= 2:
                size, = struct.unpack_from("!H", buffer, at)
                if len(buffer) - at - 2 < size:
                    break
                reply = buffer[at + 2:at + 2 + size]
                number, = struct.unpack_from("!H", reply)
                assert number not in replies and number < sent, "a reply nobody asked for"
                replies[number] = reply
                at += 2 + size
            buffer = buffer[at:]
    return [replies[i] for i in range(len(wires))]


def over_udp(server, queries, window=WINDOW):
    """The same; a query without a reply for two seconds is sent again."""
    wires, replies = by_id(queries), {}
    waiting = list(reversed(range(len(wires))))
    under_way = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect((server.address, server.port))
        s.setblocking(False)
        end = time.monotonic() + 10 * TIMEOUT_S
        while len(replies) < len(wires):
            now = time.monotonic()
            assert now < end, f"{len(replies)} replies only"
            for number in [n for n, at in under_way.items() if now - at > RETRY_S]:
                del under_way[number]
                waiting.append(number)
            while waiting and len(under_way) < window:
                number = waiting.pop()
                under_way[number] = now
                s.send(wires[number])
            if not select.select([s], [], [], 0.1)[0]:
                continue
            for _ in range(window):
                try:
                    reply = s.recv(65535)
                except BlockingIOError:
                    break
                number, = struct.unpack_from("!H", reply)
                if under_way.pop(number, None) is not None:
                    replies[number] = reply
    return [replies[i] for i in range(len(wires))]
