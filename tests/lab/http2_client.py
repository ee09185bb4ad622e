"""A client of HTTP/2 that sends one query and prints every frame that comes, right or
wrong, a line each: type, flags, stream, length, the payload's first bytes. It is made
without a library of HTTP/2, which would not let wrong frames pass.

    http2_client.py ADDRESS CA_FILE [get|post|none] [COUNT]

    http2_client.py size get|post

`none` sends no query. With COUNT, that many queries at once. Ends with the connection,
after a second of silence, or after 200 frames. The second form prints how many bytes
a query takes."""

import base64
import socket
import ssl
import struct
import sys

TYPES = ["DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS", "PUSH_PROMISE", "PING",
         "GOAWAY", "WINDOW_UPDATE", "CONTINUATION"]
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
QUERY = bytes.fromhex("000001000001000000000000076578616d706c65036c61620000010001")
SILENCE_S = 1
MOST_FRAMES = 200
PAYLOAD_SHOWN = 24


def frame(kind, flags, stream, payload=b""):
    head = struct.pack("!IBI", len(payload), flags, stream)
    return head[1:4] + bytes([kind]) + head[4:] + payload


def literal(name, value):
    """Without Huffman, kept in no table (RFC 7541, section 6.2.2)."""
    return bytes([0, len(name)]) + name + bytes([len(value)]) + value


def fields(method, length):
    path = b"/dns-query"
    if method == b"GET":
        path += b"?dns=" + base64.urlsafe_b64encode(QUERY).rstrip(b"=")
    block = literal(b":method", method) + literal(b":scheme", b"https")
    block += literal(b":authority", b"resolver.lab") + literal(b":path", path)
    if method == b"POST":
        block += literal(b"content-type", b"application/dns-message")
        block += literal(b"content-length", str(length).encode())
    return block


def queries(how, count):
    out = b""
    for stream in range(1, 2 * count, 2):
        if how == "get":
            out += frame(1, 5, stream, fields(b"GET", 0))
        elif how == "post":
            out += frame(1, 4, stream, fields(b"POST", len(QUERY)))
            out += frame(0, 1, stream, QUERY)
    return out


def connect(address, ca_file):
    host, port = address.split(":")
    context = ssl.create_default_context(cafile=ca_file)
    context.set_alpn_protocols(["h2"])
    plain = socket.create_connection((host, int(port)), 10)
    tls = context.wrap_socket(plain, server_hostname="resolver.lab")
    tls.settimeout(SILENCE_S)
    return tls


def take(tls, n):
    data = b""
    while len(data) < n:
        more = tls.recv(min(n - len(data), 65536))
        if not more:
            raise EOFError
        data += more
    return data


def show(head, payload):
    length, kind, flags, stream = int.from_bytes(head[:3], "big"), *struct.unpack(
        "!BBI", head[3:])
    name = TYPES[kind] if kind < len(TYPES) else f"UNKNOWN-{kind:02x}"
    print(f"{name} {flags:02x} {stream} {length} {payload[:PAYLOAD_SHOWN].hex()}".rstrip())


def main():
    address, ca_file, *rest = sys.argv[1:]
    if address == "size":
        print(len(queries(ca_file, 1)))
        return
    how, count = (rest + ["post"])[0], int((rest + ["", "1"])[1] or 1)
    tls = connect(address, ca_file)
    print("ALPN", tls.selected_alpn_protocol())
    tls.sendall(PREFACE + frame(4, 0, 0) + queries(how, count))
    try:
        for _ in range(MOST_FRAMES):
            head = take(tls, 9)
            show(head, take(tls, int.from_bytes(head[:3], "big")))
        print("MORE")
    except TimeoutError:
        print("SILENCE")
    except (EOFError, ConnectionError, ssl.SSLError):
        print("END")


main()
