"""A stage for a test: a daemon in one network namespace, upstreams in another, and
between them a wide area network that can be broken. All of it ends with the stage."""

import os
import shutil
import subprocess
import tempfile

import netns
from harness import BUILD, Child, Daemon, die_with_test, wait_for
from servers import NAME, find_program

WAN = os.path.join(BUILD, "tests/net/wan")
NEAR = "10.54.0.2"
FAR = ["10.54.0.1", "10.54.0.3"]
PORTS = {"dot": 853, "doh": 443}

DNSDIST = """
setSecurityPollSuffix("")
addTLSLocal("{address}:853", "{certificate}", "{key}")
addDOHLocal("{address}:443", "{certificate}", "{key}", "/dns-query",
            {{ idleTimeout = {idle_s} }})
setTCPRecvTimeout({idle_s})
addAction(AllRule(), SpoofAction("192.0.2.7"))
-- What has no address to be answered with; it would close the connection.
addAction(AllRule(), RCodeAction(DNSRCode.NOERROR))
setACL("0.0.0.0/0")
"""

# It tells how long it waits, RFC 7828, to who asks for it.
UNBOUND = """
server:
  username: ""
  chroot: ""
  directory: "{directory}"
  pidfile: "{directory}/unbound.pid"
  use-syslog: no
  logfile: ""
  do-daemonize: no
  interface: {address}@853
  interface: {address}@443
  tls-port: 853
  https-port: 443
  tls-service-key: "{key}"
  tls-service-pem: "{certificate}"
  access-control: 0.0.0.0/0 allow
  tcp-idle-timeout: {idle_ms}
  edns-tcp-keepalive: yes
  edns-tcp-keepalive-timeout: {idle_ms}
  local-zone: "test." redirect
  local-data: "test. 300 IN A 192.0.2.7"
remote-control:
  control-enable: no
"""

PROGRAMS = {
    "dnsdist": (DNSDIST, ["--supervised", "--disable-syslog", "-C"]),
    "unbound": (UNBOUND, ["-d", "-c"]),
}


def why_not(program="dnsdist"):
    """None where a stage can be built, or the reason."""
    if os.environ.get("WAN") == "no":
        return "WAN=no"
    if not os.path.exists(WAN):
        return "needs Linux"
    if os.geteuid() != 0:
        return "needs root"
    if shutil.which("ip") is None or shutil.which("unshare") is None:
        return "needs ip(8) and unshare(1)"
    if find_program(program) is None:
        return f"{program} is not installed"
    done = subprocess.run(
        ["unshare", "-n", "ip", "tuntap", "add", "mode", "tun", "name", "t0"],
        capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else \
        f"no /dev/net/tun in a namespace: {done.stderr.strip()}"


class Wan:
    """The program that carries the packets; commands as it has them."""

    def __init__(self, near, far, delay_ms, loss_permille, seed=1):
        self.process = subprocess.Popen(
            [WAN, near.name, "wan0", far.name, "wan0", str(delay_ms),
             str(loss_permille), str(seed)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
            preexec_fn=die_with_test)
        line = self.process.stdout.readline()
        assert line == "ready\n", f"the wan ended at start: {line}"

    def say(self, command):
        """Its answer."""
        self.process.stdin.write(command + "\n")
        return self.process.stdout.readline().strip()

    def do(self, command):
        assert self.say(command) == "ok", command

    def flows(self):
        """TCP connections so far: opened, ended first by the near side, by the far."""
        words = self.say("flows").replace(",", "").split()
        return int(words[1]), int(words[5]), int(words[8])

    def end(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


class Server(Child):
    """A DoT and DoH server that others wrote, at an address of the far side; it answers
    every name."""

    def __init__(self, stage, address, program, idle_s):
        template, options = PROGRAMS[program]
        self.address, self.stage = address, stage
        directory = tempfile.mkdtemp(dir=stage.directory)
        path = os.path.join(directory, "server.conf")
        authority = stage.authority
        with open(path, "w", encoding="ascii") as file:
            file.write(template.format(
                address=address, directory=directory, key=authority.key,
                certificate=authority.certificate, idle_s=idle_s,
                idle_ms=idle_s * 1000))
        super().__init__([*stage.far.prefix(), find_program(program), *options, path],
                         os.path.join(directory, "server.log"), cwd=directory)
        wait_for(f"{program} at {address}", self.listens)

    def listens(self):
        assert self.is_alive(), f"the server ended at start:\n{self.log()}"
        done = subprocess.run([*self.stage.far.prefix(), "ss", "-Hltn"],
                              capture_output=True, text=True, check=True)
        return all(f"{self.address}:{port} " in done.stdout for port in PORTS.values())


class Stage:
    """Upstreams and a daemon: `with Stage(...) as stage`."""

    def __init__(self, authority, protocol="dot", upstreams=1, rtt_ms=20, loss_permille=0,
                 program="dnsdist", idle_s=60, connected=True, **keys):
        self.authority = authority
        self.program, self.idle_s = program, idle_s
        self.protocols = [protocol] * upstreams if isinstance(protocol, str) else protocol
        self.rtt_ms, self.loss_permille = rtt_ms, loss_permille
        self.connected, self.keys = connected, keys
        self.directory = self.near = self.far = self.wan = self.daemon = None
        self.servers = []

    def __enter__(self):
        try:
            self.build()
        except BaseException:
            self.tear_down()
            raise
        return self

    def __exit__(self, kind, *_):
        try:
            if self.daemon is not None and kind is None:
                self.daemon.end()
        finally:
            self.tear_down()

    def build(self):
        self.directory = tempfile.mkdtemp(prefix="pintle-")
        os.chmod(self.directory, 0o755)
        stem = f"pintle-{os.getpid()}-{os.urandom(2).hex()}"
        self.near = netns.Namespace(stem + "-n")
        self.far = netns.Namespace(stem + "-f")
        self.wan = Wan(self.near, self.far, self.rtt_ms / 2, self.loss_permille)
        for address in FAR:
            self.far.ip("address", "add", address + "/24", "dev", "wan0")
        self.far.ip("link", "set", "wan0", "up")
        if self.connected:
            self.connect()
        self.servers = [Server(self, address, self.program, self.idle_s)
                        for address in FAR[:len(self.protocols)]]
        self.daemon = Daemon(self.directory, self.config(), self.near.prefix())
        self.daemon.wait_ready()

    def tear_down(self):
        for child in [self.daemon, *self.servers]:
            if child is not None:
                child.kill()
        if self.wan is not None:
            self.wan.end()
        for namespace in (self.near, self.far):
            if namespace is not None:
                namespace.delete()
        shutil.rmtree(self.directory, ignore_errors=True)

    def connect(self):
        """The near side gets its address and its route."""
        self.near.ip("address", "add", NEAR + "/24", "dev", "wan0")
        self.near.ip("link", "set", "wan0", "up")

    def restart(self, number=0):
        """Another server instead of one that was killed."""
        old = self.servers[number]
        old.kill()
        self.servers[number] = Server(self, old.address, self.program, self.idle_s)

    def config(self):
        config = {
            "listen": ["127.0.0.1:5300"],
            "control": self.directory + "/control.sock",
            "state_dir": self.directory + "/state",
            "ct": {"mode": "off"},
            # The names that are asked for, although nobody outside has them.
            "local_zone": [{"zone": "test", "action": "transparent"}],
            "upstreams": [self.upstream(i) for i in range(len(self.protocols))],
        }
        config.update(self.keys)
        return config

    def upstream(self, number):
        protocol = self.protocols[number]
        upstream = {"name": f"{protocol}{number}", "protocol": protocol,
                    "address": [f"{FAR[number]}:{PORTS[protocol]}"],
                    "ca_file": self.authority.root}
        if protocol == "doh":
            upstream["url"] = f"https://{NAME}/dns-query"
        else:
            upstream["auth_name"] = NAME
        return upstream


def fd_count(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


def rss_kib(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    raise AssertionError("no VmRSS")

