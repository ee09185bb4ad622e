#!/usr/bin/python3
"""What validation costs: answers that are in no cache, a second, and how long one takes;
pintle and unbound, each with validation and without, over the same DoT upstream, in turn.

    tests/bench/dnssec.py [NAMES]       in a build directory, with srcdir= in the environment
"""

import os
import re
import subprocess
import sys
import tempfile

SOURCE = os.path.abspath(os.environ.get("srcdir", "."))
sys.path.insert(0, os.path.join(SOURCE, "tests", "system"))

# pylint: disable=wrong-import-position
import zone_servers  # noqa: E402
import zones  # noqa: E402
from harness import Daemon, free_port, join, random_net  # noqa: E402
from servers import NAME, Authority  # noqa: E402
from zones import Zone  # noqa: E402

ZONES = {"RSASHA256": "rsa.tld", "ECDSAP256SHA256": "p256.tld", "ED25519": "ed25519.tld"}
FORWARD = """module-config: "{modules}"
  trust-anchor-file: "{anchor}"
  tls-cert-bundle: "{root}"
  msg-cache-size: 64m
  rrset-cache-size: 64m
  outgoing-range: 4096
  num-queries-per-thread: 2048
forward-zone:
  name: "."
  forward-tls-upstream: yes
  forward-addr: {address}@{port}#{name}
"""


class Forwarder(zone_servers.Served):
    """unbound over the same upstream."""

    def __init__(self, name, world, relay, modules):
        self.settle()
        text = zone_servers.UNBOUND.format(
            name=name, address=self.address, port=self.port, directory=world.directory,
            bogus_ttl=60, more="")
        at = text.index("remote-control:")
        text = text[:at] + "  " + FORWARD.format(
            modules=modules, anchor=world.anchor, root=relay.authority.root,
            address=relay.address, port=relay.port, name=NAME) + text[at:]
        super().__init__(name, world.directory, text, ["unbound", "-d", "-c"])


def pintle(world, relay, mode):
    place, address = tempfile.mkdtemp(), random_net() + ".1"
    return Daemon(place, {
        "listen": [join(address, free_port(address))], "control": place + "/control.sock",
        "state_dir": place + "/state", "ct": {"mode": "off"}, "dnssec": mode,
        "dnssec_anchors": world.anchor, "cache": {"size": "64MiB"},
        "upstreams": [relay.upstream()]}).wait_ready()


def dnsperf(server, path, outstanding):
    """Answers a second, milliseconds an answer, and how many were not NOERROR."""
    done = subprocess.run(
        ["dnsperf", "-s", server.address, "-p", str(server.port), "-d", path, "-n", "1",
         "-D", "-c", "8" if outstanding > 1 else "1", "-q", str(outstanding)],
        capture_output=True, text=True, check=True)
    out = done.stdout
    rate = float(re.search(r"Queries per second: +([\d.]+)", out).group(1))
    wait = 1000 * float(re.search(r"Average Latency \(s\): +([\d.]+)", out).group(1))
    good = re.search(r"NOERROR \d+ \(([\d.]+)%\)", out)
    return rate, wait, good.group(1) if good else "0"


def name_file(directory, zone, first, count):
    path = os.path.join(directory, f"{zone}-{first}")
    with open(path, "w", encoding="ascii") as file:
        file.writelines(f"m{i}.{zone} A\n" for i in range(first, first + count))
    return path


def cpu_s(server):
    with open(f"/proc/{server.process.pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(what, server, directory, zone, names):
    dnsperf(server, name_file(directory, zone, 0, 100), 1)
    alone = dnsperf(server, name_file(directory, zone, 100, 1000), 1)
    before = cpu_s(server)
    many = dnsperf(server, name_file(directory, zone, 1100, names), 100)
    cost = 1e6 * (cpu_s(server) - before) / names
    print(f"{zone:12} {what:24} {many[0]:8.0f}/s {many[1]:6.2f} ms at 100, "
          f"{alone[1]:5.2f} ms alone, {cost:5.0f} us of processor, {many[2]} % NOERROR",
          flush=True)


def main():
    names = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
    records = "".join(f"m{i} A 192.0.2.8\n" for i in range(names + 1100))
    made = [Zone(name, algorithm, common=False, records=records)
            for algorithm, name in ZONES.items()]
    directory = tempfile.mkdtemp()
    world = zones.World(directory, [
        *made, Zone("tld", "RSASHA256", common=False, records="ns A 127.0.0.1\n"),
        Zone(".", common=False)])
    nsd = zone_servers.Nsd(world).wait_ready()
    relay = zone_servers.Relay(world, nsd, Authority(tempfile.mkdtemp())).wait_ready()
    for zone in ZONES.values():
        # The relay's own cache is warm for all of them.
        warm = name_file(directory, zone, 0, names + 1100)
        subprocess.run(["dnsperf", "-m", "dot", "-s", relay.address, "-p", str(relay.port),
                        "-d", warm, "-n", "1", "-D"], capture_output=True, check=True)
        for what, begin in (
                ("pintle, off", lambda: pintle(world, relay, "off")),
                ("pintle, validate", lambda: pintle(world, relay, "validate")),
                ("unbound, iterator", lambda: Forwarder(
                    "iterator", world, relay, "iterator").wait_ready()),
                ("unbound, validator", lambda: Forwarder(
                    "validator", world, relay, "validator iterator").wait_ready())):
            server = begin()
            measure(what, server, directory, zone, names)
            server.stop()
    relay.stop()
    nsd.stop()


if __name__ == "__main__":
    main()
