"""Programs that serve the zones of zones.py: nsd has them all; in front of it stand
unbound with TLS, which passes on what it gets (an honest upstream that does not
validate), and unbound as a validator, whose word ours is held against."""

import os
import socket

import dns.flags
import dns.message
import dns.query
import dns.rcode

from harness import Child, free_port, join, random_net, wait_for
from servers import find_program

NSD = """
server:
  ip-address: {address}@{port}
  port: {port}
  server-count: 1
  zonesdir: "{directory}"
  database: ""
  username: ""
  pidfile: "{directory}/nsd.pid"
  xfrdfile: "{directory}/xfrd.state"
  zonelistfile: "{directory}/zone.list"
  hide-version: yes
  rrl-ratelimit: 0
remote-control:
  control-enable: no
"""

UNBOUND = """
server:
  verbosity: 1
  username: ""
  chroot: ""
  directory: "{directory}"
  pidfile: "{directory}/{name}.pid"
  use-syslog: no
  logfile: ""
  num-threads: 1
  do-daemonize: no
  do-ip6: no
  interface: {address}@{port}
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  incoming-num-tcp: 50
  so-reuseport: no
  target-fetch-policy: "0 0 0 0 0"
  local-zone: "." transparent
  aggressive-nsec: no
  infra-host-ttl: 1
  val-bogus-ttl: {bogus_ttl}
  {more}
remote-control:
  control-enable: no
"""

STUB = """
stub-zone:
  name: "{name}"
  stub-addr: {address}@{port}
"""

TLS = """module-config: "iterator"
  tls-port: {port}
  tls-service-key: "{key}"
  tls-service-pem: "{certificate}"
  incoming-num-tcp: 100
"""
VALIDATOR = """module-config: "validator iterator"
  trust-anchor-file: "{anchor}"
  ede: yes
"""


class Served(Child):
    """A program with a configuration in a directory, on an address of its own."""

    def __init__(self, name, directory, text, command):
        self.name, self.directory = name, str(directory)
        path = os.path.join(self.directory, name + ".conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        super().__init__([find_program(command[0]), *command[1:], path],
                         os.path.join(self.directory, name + ".log"), cwd=self.directory)

    def listens(self):
        assert self.is_alive(), f"{self.name} ended at start:\n{self.log()}"
        try:
            socket.create_connection((self.address, self.port), 1).close()
            return True
        except OSError:
            return False

    def wait_ready(self):
        wait_for(self.name, self.listens)
        return self

    def end(self):
        self.stop()

    def settle(self):
        self.address = random_net() + ".1"
        self.port = free_port(self.address)


class Nsd(Served):
    """All zones of a world."""

    def __init__(self, world):
        self.settle()
        text = NSD.format(address=self.address, port=self.port, directory=world.directory)
        for zone, path in world.files.items():
            text += f'zone:\n  name: "{zone}"\n  zonefile: "{path}"\n'
        super().__init__("nsd", world.directory, text, ["nsd", "-d", "-c"])


class Unbound(Served):
    """In front of an Nsd. Every zone is a stub, so no server's name need be found."""

    def __init__(self, name, world, nsd, more, bogus_ttl=60):
        text = UNBOUND.format(name=name, address=self.address, port=self.port,
                              directory=world.directory, more=more, bogus_ttl=bogus_ttl)
        for zone in world.zones:
            text += STUB.format(name=zone, address=nsd.address, port=nsd.port)
        super().__init__(name, world.directory, text, ["unbound", "-d", "-c"])

    def ask(self, query, tcp=False):
        how = dns.query.tcp if tcp else dns.query.udp
        return how(query, self.address, port=self.port, timeout=20)


class Relay(Unbound):
    """Speaks DoT and validates nothing."""

    def __init__(self, world, nsd, authority):
        self.settle()
        self.authority = authority
        super().__init__("relay", world, nsd, TLS.format(
            port=self.port, key=authority.key, certificate=authority.certificate))

    def upstream(self, name="relay"):
        return self.authority.upstream(name, join(self.address, self.port))


class Validator(Unbound):
    """Whose word counts."""

    def __init__(self, world, nsd):
        self.settle()
        super().__init__("validator", world, nsd, VALIDATOR.format(anchor=world.anchor))


def query_for(name, kind, **options):
    """With DO, over a size that everything fits into."""
    query = dns.message.make_query(name, kind, want_dnssec=True, payload=4096)
    for flag, on in options.items():
        query.flags = query.flags | dns.flags.from_text(flag) if on else query.flags
    return query


def state_of(reply):
    """What a client learns of validity: "SERVFAIL", or an rcode with AD or without."""
    code = dns.rcode.to_text(reply.rcode())
    return code + (" AD" if reply.flags & dns.flags.AD else "")
