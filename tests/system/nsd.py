"""nsd(8) with zones of a test's own, asked directly over UDP and TCP, and dnsdist(1) in
front of it, for whoever asks over TLS. nsd can do that by itself, but of the queries that
share a TLS record it (4.6.1) answers one, and the next when more bytes come."""

import os

from harness import Child, free_port, join, random_net, wait_for
from servers import PROGRAMS, Real, find_program

CONFIG = """
server:
  ip-address: {host}@{port}
  username: ""
  chroot: ""
  zonesdir: "{directory}"
  database: ""
  pidfile: "{directory}/nsd.pid"
  xfrdfile: "{directory}/xfrd.state"
  zonelistfile: "{directory}/zone.list"
  server-count: 1
  tcp-count: 200
  rrl-ratelimit: 0
remote-control:
  control-enable: no
"""

ZONE = """
zone:
  name: "{name}"
  zonefile: "{file}"
"""


FRONT = """
setSecurityPollSuffix("")
addTLSLocal("{{address}}:{{port}}", "{{certificate}}", "{{key}}", {{{{maxInFlight=1000}}}})
newServer({{{{address="{backend}", tcpOnly=true, maxInFlight=1000, healthCheckMode="up"}}}})
setACL("127.0.0.0/8")
"""


class Nsd(Child):
    """`zones`: a zone file's text for each name."""

    def __init__(self, directory, zones):
        self.address = random_net() + ".1"
        self.port = free_port(self.address)
        self.directory = str(directory)
        os.makedirs(self.directory, exist_ok=True)
        config = CONFIG.format(host=self.address, port=self.port,
                               directory=self.directory)
        for i, (name, text) in enumerate(zones.items()):
            with open(f"{self.directory}/zone{i}", "w", encoding="ascii") as file:
                file.write(text)
            config += ZONE.format(name=name, file=f"zone{i}")
        path = self.directory + "/nsd.conf"
        with open(path, "w", encoding="utf-8") as file:
            file.write(config)
        super().__init__([find_program("nsd"), "-d", "-c", path],
                         self.directory + "/nsd.log")

    def wait_ready(self):
        def listens():
            assert self.is_alive(), f"nsd ended at start:\n{self.log()}"
            return "nsd started" in self.log()
        wait_for("nsd", listens)
        assert "error:" not in self.log(), self.log()
        return self

    def end(self):
        self.stop()


class Front(Real):
    """A DoT server that hands all to one of them and back, byte for byte."""

    def __init__(self, backend, authority, directory):
        text = FRONT.format(backend=join(backend.address, backend.port))
        self.programs = {"dnsdist": (text, *PROGRAMS["dnsdist"][1:])}
        os.makedirs(directory, exist_ok=True)
        super().__init__("dnsdist", authority, directory)
