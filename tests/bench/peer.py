"""What a peer is, where it runs, and the two that are ours: pintle, and the limit."""

import json
import os
import shutil
import subprocess

from harness import PINTLE, free_port
from rig import HOST, NAME, program
from servers import find_program

MIB = 1 << 20
# An answer of one record in a cache that counts entries.
ENTRY_BYTES = 512


class Peer:
    """One program. `place` has what it is to do: protocol, upstream, world, cache_bytes,
    directory, roots ("file": our root alone; "store": all of Debian's)."""

    name = None
    package = None
    protocols = ("dot",)
    transports = ("udp", "tcp")
    # Said where it cannot be measured.
    absent = "not installed"
    # As many as it can keep.
    names_max = None

    def path(self):
        """Of its program; None: not installed."""
        return find_program(self.name)

    def write(self, place, file, text):
        path = os.path.join(place.directory, file)
        with open(path, "w", encoding="utf-8") as config:
            config.write(text)
        return path

    def command(self, place):
        raise NotImplementedError


class Place:
    """Where and what for a peer runs."""

    def __init__(self, directory, world, upstream, protocol="dot", cache_bytes=64 * MIB,
                 roots="file", host=HOST, port=None, ct="off", workers=1,
                 upstreams=1):
        self.directory, self.world, self.upstream = directory, world, upstream
        self.protocol, self.cache_bytes, self.roots = protocol, cache_bytes, roots
        self.ct, self.workers, self.upstreams = ct, workers, upstreams
        self.host, self.port = host, port or free_port(host)
        os.makedirs(directory, exist_ok=True)
        os.chmod(directory, 0o755)

    def listen(self):
        return f"{self.host}:{self.port}"

    def addresses(self):
        return self.upstream.addresses

    def root_file(self):
        return self.world.bundle if self.roots == "store" else self.world.root


class Pintle(Peer):
    name = "pintle"
    protocols = ("dot", "doh")

    def path(self):
        return PINTLE

    def config(self, place):
        port = place.upstream.doh if place.protocol == "doh" else place.upstream.dot
        upstream = {"name": "up", "protocol": place.protocol,
                    "address": [f"{address}:{port}" for address in place.addresses()],
                    "pins": [place.world.pin]}
        if place.protocol == "doh":
            upstream["url"] = f"https://{NAME}:{port}/dns-query"
        else:
            upstream["auth_name"] = NAME
        # More of them are the same server under other names.
        upstreams = [{**upstream, "name": f"up{i}"} for i in range(place.upstreams)]
        tls = {"ca_path": place.world.roots} if place.roots == "store" else \
            {"ca_file": place.world.root}
        strategy = {"strategy": "round_robin"} if place.upstreams > 1 else {}
        return {**strategy, "listen": [place.listen()], "workers": place.workers,
                "control": place.directory + "/control.sock",
                "state_dir": place.directory + "/state",
                "cache": {"size": place.cache_bytes, "prefetch": False}, "tls": tls,
                "ct": {"mode": place.ct, "log_list": place.world.log_list},
                "upstreams": upstreams}

    def command(self, place):
        config = self.write(place, "pintle.yaml", json.dumps(self.config(place), indent=1))
        return [self.path(), "-c", config]


class Echo(Peer):
    """No resolver: the limit of UDP in batches."""

    name = "echo"
    protocols = ()
    transports = ("udp",)

    def path(self):
        return program("echo")

    def command(self, place):
        return [self.path(), place.listen()]


def version(peer):
    """Of its Debian package, or nothing."""
    if peer.package is None or shutil.which("dpkg-query") is None:
        return ""
    return subprocess.run(["dpkg-query", "-W", "-f=${Version}", peer.package],
                          capture_output=True, text=True, check=False).stdout
