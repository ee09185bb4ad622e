"""Log lists to test with: made, signed, and served over HTTPS."""
import base64
import copy
import http.server
import json
import pathlib
import socket
import ssl
import threading

from pintlectl import SOURCE, openssl

BUILTIN = SOURCE / "conf/ct-logs.json"
STORED = "ct-logs.signed"
SHARED = pathlib.Path(SOURCE.resolve(), "../shared/data/loglists")
APPLE = SHARED / "crtsh_apple_current_log_list.json"
MOZILLA = SHARED / "crtsh_mozilla_v3_known_logs_list.json"
GOOGLE = SHARED / "crtsh_gstatic_v3_all_logs_list.json"


def a_list(timestamp="2026-09-01T00:00:00Z", change=None):
    """The built-in list's logs with another time, and `change` made to it."""
    data = copy.deepcopy(json.loads(BUILTIN.read_text()))
    data["log_list_timestamp"] = timestamp
    if change:
        change(data)
    return json.dumps(data).encode()


class Signer:
    """An Ed25519 key."""

    def __init__(self, where, name):
        self.path = where / f"{name}.key"
        openssl("genpkey", "-algorithm", "ed25519", "-out", self.path)
        self.pem = where / f"{name}.pub"
        self.pem.write_bytes(openssl("pkey", "-in", self.path, "-pubout"))
        der = openssl("pkey", "-in", self.path, "-pubout", "-outform", "DER")
        self.key = base64.b64encode(der[-32:]).decode()

    def sign(self, data):
        path = self.path.with_suffix(".data")
        path.write_bytes(data)
        return openssl("pkeyutl", "-sign", "-rawin", "-inkey", self.path, "-in", path)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.path, self.headers["Host"]))
        status, body = self.server.pages.get(self.path, (404, b"not here"))
        self.send_response(status)
        if status // 100 == 3:
            self.send_header("Location", "/elsewhere.json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass  # it was too much for the client

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    """Pages by path over TLS, on 127.0.0.1: (status, body)."""

    daemon_threads = True

    def __init__(self, chain, key):
        super().__init__(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.pages, self.asked = {}, []
        self.address = "127.0.0.1:%d" % self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def serve(self, data, signature, path="/logs.json"):
        self.pages = {path: (200, data), path + ".sig": (200, signature)}

    def handle_error(self, *_):
        pass  # a client that does not like the certificate

    def end(self):
        self.shutdown()
        self.server_close()


class Control:
    """A daemon's control socket that gives one answer to all."""

    def __init__(self, path, answer):
        self.path, self.answer, self.asked = path, answer, []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(path)
        self.socket.listen()
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            with peer, peer.makefile("rwb") as stream:
                line = stream.readline()
                if line:
                    self.asked.append(json.loads(line))
                    stream.write(json.dumps(self.answer).encode() + b"\n")

    def end(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
