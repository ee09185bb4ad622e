"""Upstreams that are not the lab: programs of others, and a toy in Python that
misbehaves as a test wants it. Certificates are made by openssl(1)."""

import os
import shutil
import socket
import ssl
import struct
import subprocess
import threading

import dns.message
import dns.rrset

from harness import Child, free_port, join, random_net, wait_for

NAME = "resolver.test"


def openssl(*arguments, cwd):
    subprocess.run(["openssl", *arguments], cwd=cwd, check=True, capture_output=True)


class Authority:
    """A root, and servers' certificates under it."""

    def __init__(self, directory):
        self.directory = directory
        os.chmod(directory, 0o755)
        self.root = os.path.join(directory, "root.pem")
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-nodes", "-keyout", "root.key", "-out", "root.pem", "-subj",
                "/CN=test root", "-days", "30", cwd=directory)
        self.certificate, self.key = self.issue("server", NAME)

    def issue(self, file, name):
        """Paths of a chain and a key for `name`."""
        with open(os.path.join(self.directory, file + ".ext"), "w", encoding="ascii") as f:
            f.write(f"subjectAltName=DNS:{name}\nextendedKeyUsage=serverAuth\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", file + ".key", "-out", file + ".csr", "-subj", "/CN=" + name,
                cwd=self.directory)
        openssl("x509", "-req", "-in", file + ".csr", "-CA", "root.pem", "-CAkey",
                "root.key", "-set_serial", str(int.from_bytes(os.urandom(6), "big")),
                "-days", "20", "-extfile", file + ".ext", "-out", file + ".pem",
                cwd=self.directory)
        path = os.path.join(self.directory, file)
        os.chmod(path + ".key", 0o644)
        return path + ".pem", path + ".key"

    def upstream(self, name, *addresses):
        return {"name": name, "address": list(addresses), "auth_name": NAME,
                "ca_file": self.root}


def answer_a(query, address="192.0.2.7", ttl_s=300):
    """An answer with one address, as wire."""
    reply = dns.message.make_response(query)
    reply.answer.append(dns.rrset.from_text(
        query.question[0].name, ttl_s, "IN", "A", address))
    return reply


class Session:
    """One client of the toy: decrypted, frame by frame."""

    def __init__(self, tls, number):
        self.tls, self.number = tls, number

    def receive_wire(self):
        length = self.take(2)
        return self.take(struct.unpack("!H", length)[0]) if length else None

    def receive(self):
        """The next query, or None at the end."""
        wire = self.receive_wire()
        return dns.message.from_wire(wire) if wire else None

    def take(self, n):
        data = b""
        while len(data) < n:
            more = self.tls.recv(n - len(data))
            if not more:
                return b""
            data += more
        return data

    def send(self, message):
        wire = message if isinstance(message, bytes) else message.to_wire()
        self.tls.sendall(struct.pack("!H", len(wire)) + wire)


def serve_all(session):
    """Answers everything."""
    while (query := session.receive()) is not None:
        session.send(answer_a(query))


class Toy:
    """behave(session) runs in a thread for each client; when it returns, the
    connection is closed. `queries` has every query's wire that it took."""

    def __init__(self, authority, behave, address=None, port=0, backlog=32):
        self.authority, self.behave = authority, behave
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(authority.certificate, authority.key)
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((address or random_net() + ".1", port))
        self.listener.listen(backlog)
        self.address = join(*self.listener.getsockname())
        self.connections = self.handshakes = self.resumed = 0
        self.open = set()
        self.lock = threading.Lock()
        self.closing = False
        threading.Thread(target=self.accept, daemon=True).start()

    def upstream(self, name, *more):
        return self.authority.upstream(name, self.address, *more)

    def accept(self):
        while not self.closing:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.closing:
                client.close()
                return
            with self.lock:
                self.connections += 1
                self.open.add(client)
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        tls = client
        try:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            tls = self.context.wrap_socket(client, server_side=True)
            with self.lock:
                self.handshakes += 1
                self.resumed += tls.session_reused
                self.open.discard(client)
                self.open.add(tls)
                number = self.handshakes
            self.behave(Session(tls, number))
            tls.unwrap()
        except (OSError, ValueError):
            pass
        finally:
            with self.lock:
                self.open.discard(tls)
            tls.close()

    def drop_clients(self):
        """Ends every connection without a word."""
        with self.lock:
            for tls in list(self.open):
                try:
                    tls.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def close(self):
        self.closing = True
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        self.drop_clients()


# --- programs of others ------------------------------------------------------

UNBOUND = """
server:
  verbosity: 1
  username: ""
  chroot: ""
  directory: "{directory}"
  pidfile: "{directory}/unbound.pid"
  use-syslog: no
  logfile: ""
  num-threads: 1
  do-daemonize: no
  interface: {address}@{port}
  tls-port: {port}
  tls-service-key: "{key}"
  tls-service-pem: "{certificate}"
  access-control: 127.0.0.0/8 allow
  incoming-num-tcp: 50
  tcp-idle-timeout: {idle_ms}
  local-zone: "test." redirect
  local-data: "test. 300 IN A 192.0.2.7"
remote-control:
  control-enable: no
"""

DNSDIST = """
setSecurityPollSuffix("")
addTLSLocal("{address}:{port}", "{certificate}", "{key}")
addAction(AllRule(), SpoofAction("192.0.2.7"))
setACL("127.0.0.0/8")
"""

KRESD = """
net.listen("{address}", {port}, {{ kind = "tls" }})
net.tls("{certificate}", "{key}")
net.ipv6 = false
trust_anchors.remove(".")
modules.unload("priming")
modules.unload("ta_update")
modules.unload("ta_signal_query")
modules.load("policy")
policy.add(policy.all(policy.ANSWER({{ [kres.type.A] = {{
  rdata = kres.str2ip("192.0.2.7"), ttl = 300 }} }})))
cache.size = 10 * MB
"""

# Name: where it may be, its configuration's template and name, its command.
PROGRAMS = {
    "unbound": (UNBOUND, "unbound.conf", lambda program, d, c: [program, "-d", "-c", c]),
    "dnsdist": (DNSDIST, "dnsdist.conf",
                lambda program, d, c: [program, "--supervised", "--disable-syslog",
                                       "-C", c]),
    "kresd": (KRESD, "kresd.conf",
              lambda program, d, c: [program, "-n", "-q", "-c", c, d]),
}


def find_program(name):
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin"
    return shutil.which(name, path=path)


class Real(Child):
    """A DoT server that others wrote."""

    programs = PROGRAMS

    def __init__(self, name, authority, directory, idle_ms=30000, at=None):
        template, file, command = self.programs[name]
        self.authority, self.name = authority, name
        self.host = random_net() + ".1"
        self.port = free_port(self.host)
        if at is not None:
            self.host, self.port = at
        self.directory = str(directory)
        path = os.path.join(self.directory, file)
        with open(path, "w", encoding="utf-8") as config:
            config.write(template.format(
                address=self.host, port=self.port, directory=self.directory,
                key=authority.key, certificate=authority.certificate, idle_ms=idle_ms))
        super().__init__(command(find_program(name), self.directory, path),
                         os.path.join(self.directory, name + ".log"),
                         cwd=self.directory)

    def listens(self):
        assert self.is_alive(), f"{self.name} ended at start:\n{self.log()}"
        try:
            socket.create_connection((self.host, self.port), 1).close()
            return True
        except OSError:
            return False

    def wait_ready(self):
        wait_for(self.name, self.listens)
        return self

    def upstream(self, name=None):
        return self.authority.upstream(name or self.name, join(self.host, self.port))

    def end(self):
        self.stop()
