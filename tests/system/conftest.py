"""What the tests of the running programs share. Whatever a fixture starts ends with
the test, with exit code 0 and without a sanitizer's report."""

import copy
import json
import os
import shutil
import tempfile

import pytest

import zone_servers
import zones
from harness import Daemon, Lab, free_port, join, random_net
from plain_servers import PlainServer, recorder
from servers import Authority, Toy


class Factory:
    """Starts things of one kind, and ends them in the reverse order."""

    def __init__(self):
        self.children = []

    def add(self, child):
        self.children.append(child)
        return child.wait_ready()

    def end(self):
        try:
            for child in reversed(self.children):
                child.end()
        finally:
            for child in self.children:
                child.kill()


@pytest.fixture(scope="module")
def short_tmp():
    """A directory whose path fits into a socket's address."""
    path = tempfile.mkdtemp(prefix="pintle-")
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def place(short_tmp):
    """The same, of one test."""
    return tempfile.mkdtemp(dir=short_tmp)


@pytest.fixture
def make_config(place):
    """A function: upstreams, and keys that differ, to a configuration."""
    net = random_net()

    def make(upstreams, **keys):
        address = keys.pop("address", net + ".1")
        config = {
            "listen": [join(address, free_port(address))],
            "control": place + "/control.sock",
            "state_dir": place + "/state",
            "ct": {"mode": "off"},
            # Names of tests are asked for, although nobody outside has them.
            "local_zone": [{"zone": "test", "action": "transparent"}],
            "upstreams": [dict(upstream) for upstream in upstreams],
        }
        config.update(copy.deepcopy(keys))
        return config
    return make


@pytest.fixture
def start(place, make_config):
    """A function that starts a daemon: either a whole configuration, or upstreams and
    the keys that differ."""
    factory = Factory()

    def begin(what, command=(), arguments=(), **keys):
        config = what if isinstance(what, dict) else make_config(what, **keys)
        return factory.add(Daemon(place, config, command, arguments))
    yield begin
    factory.end()


@pytest.fixture(scope="module")
def start_lab(short_tmp):
    """A function that starts a lab with the scenarios named."""
    factory = Factory()

    def begin(*scenarios, **options):
        directory = tempfile.mkdtemp(dir=short_tmp)
        return factory.add(Lab(directory, scenarios, **options))
    yield begin
    factory.end()


@pytest.fixture(scope="module")
def lab(start_lab):
    """A lab with the honest upstream and one that takes its time."""
    return start_lab("honest", "stall", "rival-ca")


@pytest.fixture
def honest(lab):
    """The honest upstream."""
    return dict(lab.upstreams["honest"], name="honest")


@pytest.fixture
def daemon(start, honest, lab):
    """A daemon in front of the honest upstream."""
    return start([honest], tls=lab.tls)


@pytest.fixture(scope="module")
def authority(short_tmp):
    """A certificate authority made with openssl."""
    return Authority(tempfile.mkdtemp(dir=short_tmp))


@pytest.fixture
def toy(authority):
    """A function that starts a DoT server which does as it is told."""
    servers = []

    def begin(behave, **options):
        servers.append(Toy(authority, behave, **options))
        return servers[-1]
    yield begin
    for server in servers:
        server.close()


@pytest.fixture
def write(place):
    """A function that writes a configuration and gives its path."""
    def to(text, name="pintle.yaml"):
        path = os.path.join(place, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text if isinstance(text, str) else json.dumps(text))
        return path
    return to


@pytest.fixture
def edit_list(place):
    """A function: a lab's log list, edited by a function, as a file; gives its path."""
    def make(its_lab, edit, name="edited.json"):
        with open(its_lab.ct["log_list"], encoding="utf-8") as file:
            content = json.load(file)
        edit(content)
        path = os.path.join(place, name)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(content, file)
        return path
    return make


@pytest.fixture
def good(make_config, authority):
    """A configuration without a fault; nobody need answer."""
    upstream = {"name": "u", "address": ["127.0.0.1:8853"], "auth_name": "u.test"}
    return make_config([upstream], tls={"ca_file": authority.root})


@pytest.fixture
def public(toy):
    """The default upstream: a DoT server with `seen`, the names it was asked."""
    seen = []
    server = toy(recorder(seen))
    server.seen = seen
    return server


@pytest.fixture
def plain():
    """A function that starts a server without TLS."""
    servers = []

    def begin(*arguments, **options):
        servers.append(PlainServer(*arguments, **options))
        return servers[-1]
    yield begin
    for server in servers:
        server.close()


# --- signed zones (zones.py) -----------------------------------------------------------

@pytest.fixture(scope="module")
def world(short_tmp):
    """Signed zones of all kinds, made for this run."""
    missing = zones.tools_missing()
    if missing:
        pytest.skip("not installed: " + ", ".join(missing))
    return zones.World(tempfile.mkdtemp(dir=short_tmp))


@pytest.fixture(scope="module")
def serve():
    """A function: keeps a server of zone_servers.py running until the module ends."""
    running = []

    def begin(server):
        running.append(server)
        return server.wait_ready()
    yield begin
    for server in reversed(running):
        server.stop()
        server.kill()


@pytest.fixture(scope="module")
def nsd(world, serve):
    """The one server that has all zones."""
    return serve(zone_servers.Nsd(world))


@pytest.fixture(scope="module")
def relay(world, nsd, serve, authority):
    """A DoT upstream in front of it that validates nothing."""
    return serve(zone_servers.Relay(world, nsd, authority))


@pytest.fixture(scope="module")
def validator(world, nsd, serve):
    """unbound as a validator, whose word ours is held against."""
    return serve(zone_servers.Validator(world, nsd))


@pytest.fixture
def validating(start, world, relay):
    """A function: a daemon that validates, with other keys if need be."""
    def begin(upstreams=None, **keys):
        keys = {"dnssec": "validate", "dnssec_anchors": world.anchor, **keys}
        return start(upstreams or [relay.upstream()], **keys)
    return begin
