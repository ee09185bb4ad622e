"""The built programs as children of a test: started, waited for, and ended with a
look at how they ended. Nothing here sleeps for a fixed time; wait_for() polls."""

import ctypes
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import time

BUILD = os.path.abspath(os.environ.get("builddir", "."))
SOURCE = os.path.abspath(os.environ.get("srcdir", "."))
# Another build's daemon may be tested with this one's other programs.
PINTLE = os.environ.get("PINTLE", os.path.join(BUILD, "pintle"))
PINTLECTL = os.path.join(BUILD, "pintlectl")
LAB = os.path.join(BUILD, "pintle-lab")

# A loaded machine of two cores, under sanitizers; nothing waits this long unless
# it fails.
PATIENCE_S = 30

REPORT = re.compile(r"ERROR: \w+Sanitizer|runtime error:|Assertion .* failed")
PR_SET_PDEATHSIG = 1


def has_sanitizers():
    with open(PINTLE, "rb") as program:
        return b"__asan_init" in program.read()


def has_thread_sanitizer():
    """It has a thread of its own, and knows where memory may lie."""
    with open(PINTLE, "rb") as program:
        return b"__tsan_init" in program.read()


def environment():
    """No report of a sanitizer is to pass for a working program."""
    env = dict(os.environ)
    env.setdefault("ASAN_OPTIONS", "detect_leaks=1:exitcode=99")
    env.setdefault("TSAN_OPTIONS", f"suppressions={SOURCE}/tests/system/threads.supp")
    env.setdefault("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1")
    return env


def wait_for(what, check, timeout_s=PATIENCE_S):
    """The first result of check() that is true."""
    end = time.monotonic() + timeout_s
    while True:
        result = check()
        if result:
            return result
        assert time.monotonic() < end, f"in vain waited for: {what}"
        time.sleep(0.01)


def die_with_test():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def random_net():
    """The first three numbers of a /24 of loopback that is ours alone, by chance: runs
    go side by side. 127.0 and 127.9 are used by name."""
    return f"127.{random.randint(20, 250)}.{random.randint(0, 255)}"


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


def free_port(*addresses):
    """Free over UDP and TCP on all of them; below the ports that the kernel gives to
    clients, so that none takes it meanwhile."""
    for _ in range(200):
        port = random.randint(10000, 32000)
        sockets = []
        try:
            for address in addresses or ("127.0.0.1",):
                family = socket.AF_INET6 if ":" in address else socket.AF_INET
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    s = socket.socket(family, kind)
                    sockets.append(s)
                    if family == socket.AF_INET6:
                        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                    s.bind((address, port))
            return port
        except OSError:
            continue
        finally:
            for s in sockets:
                s.close()
    raise AssertionError(f"no free port on {addresses}")


def join(address, port):
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def public_program(place, program):
    """A copy that another user may run, wherever this tree lies."""
    path = os.path.join(place, os.path.basename(program))
    shutil.copy(program, path)
    os.chmod(path, 0o755)
    return path


def public_pintle(place):
    """The daemon, for another user."""
    return public_program(place, PINTLE)


class Child:
    """A process with its output in a file; ends with the test whatever happens."""

    def __init__(self, command, log_path, stdout=None, **options):
        self.command = command
        self.log_path = str(log_path)
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stderr=log,
                stdout=log if stdout is None else stdout, env=environment(),
                preexec_fn=die_with_test, **options)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def wait_log(self, words, timeout_s=PATIENCE_S):
        return wait_for(f"{words!r} in {self.log_path}", lambda: words in self.log(),
                        timeout_s)

    def is_alive(self):
        return self.process.poll() is None

    def kick(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM, timeout_s=PATIENCE_S):
        """The exit code."""
        if self.is_alive():
            self.kick(number)
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.command[0]} does not end:\n{self.log()}") from None

    def kill(self):
        if self.is_alive():
            self.process.kill()
        self.process.wait()

    def check_clean(self, code, expected=(0,)):
        log = self.log()
        report = REPORT.search(log)
        assert report is None, log
        assert code in expected, f"exit code {code}:\n{log}"


class Daemon(Child):
    """pintle with a configuration, a dict: JSON is YAML."""

    def __init__(self, directory, config, command=(), arguments=()):
        self.directory = str(directory)
        self.config = config
        self.path = os.path.join(self.directory, "pintle.yaml")
        self.socket = config["control"]
        self.listen = [self.split(address) for address in config["listen"]]
        self.address, self.port = self.listen[0]
        self.write_config(config)
        super().__init__([*command, PINTLE, "-c", self.path, *arguments],
                         os.path.join(self.directory, "pintle.log"))

    @staticmethod
    def split(address):
        host, _, port = address.rpartition(":")
        return host.strip("[]"), int(port)

    def write_config(self, config):
        """Replaced at once, as an editor does."""
        text = config if isinstance(config, str) else json.dumps(config, indent=1)
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(self.path + ".new", self.path)

    def wait_ready(self):
        def answers():
            assert self.is_alive(), f"ended at start:\n{self.log()}"
            try:
                return self.control(command="status")["ok"]
            except (OSError, ValueError):
                return False
        wait_for("a daemon that answers", answers)
        return self

    def control(self, **command):
        """One command to the control socket, one answer."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(PATIENCE_S)
            s.connect(self.socket)
            s.sendall(json.dumps(command).encode() + b"\n")
            answer = b""
            while True:
                more = s.recv(65536)
                if not more:
                    return json.loads(answer)
                answer += more

    def status(self):
        return self.control(command="status")

    def upstream(self, name=None):
        """What status says of one upstream; without a name, of the first."""
        for upstream in self.status()["upstreams"]:
            if name in (None, upstream["name"]):
                return upstream
        raise AssertionError(f"no upstream {name}")

    def reload(self, config=None):
        if config is not None:
            self.write_config(config)
        return self.control(command="reload")

    def ctl(self, *arguments):
        return run([PINTLECTL, "--socket", self.socket, *arguments])

    def end(self):
        self.check_clean(self.stop())
        assert not os.path.exists(self.socket), "the control socket is left behind"


class Lab(Child):
    """pintle-lab with scenarios; without any, with all of them. Over DoH their names end
    in "-doh", unless they are of HTTP/2."""

    def __init__(self, directory, scenarios=(), twins=False, protocol="dot"):
        self.directory = str(directory)
        os.makedirs(self.directory, exist_ok=True)
        command = [LAB, "run", *scenarios, "--listen", random_net() + ".1",
                   "--protocol", protocol, "--port", "0", "--dir", self.directory]
        command += [] if twins else ["--no-twins"]
        with open(os.path.join(self.directory, "stdout"), "wb") as out:
            super().__init__(command, os.path.join(self.directory, "lab.log"), stdout=out)

    def wait_ready(self):
        def ready():
            assert self.is_alive(), f"the lab ended at start:\n{self.log()}"
            return "ready" in self.log()
        wait_for("the lab", ready)
        self.tls, self.ct, self.upstreams = self.parse_yaml()
        return self

    def parse_yaml(self):
        """The lab's own configuration, which has one line a key."""
        sections, upstreams = {}, {}
        with open(os.path.join(self.directory, "pintle.yaml"), encoding="utf-8") as file:
            for line in file:
                if match := re.match(r"(\w+):$", line):
                    section = sections[match[1]] = {}
                match = re.match(r"( +)(- )?(\w+): (.*)", line)
                if match is None:
                    continue
                indent, dash, key, value = match.groups()
                value = json.loads(value) if value[0] in "[\"" else value
                if dash:
                    current = upstreams[value] = {}
                if len(indent) == 2 and not dash:
                    section[key] = value
                else:
                    current[key] = value
        return sections["tls"], sections["ct"], upstreams

    def rows(self):
        """scenarios.tsv as dicts."""
        with open(os.path.join(self.directory, "scenarios.tsv"), encoding="utf-8") as file:
            head, *lines = [line.rstrip("\n").split("\t") for line in file]
        return [dict(zip(head, line)) for line in lines]

    def all_counters(self):
        with socket.socket(socket.AF_UNIX) as s:
            at = os.open(self.directory, os.O_PATH)
            try:
                s.connect(f"/proc/self/fd/{at}/lab.sock")
            finally:
                os.close(at)
            s.settimeout(PATIENCE_S)
            answer = b""
            while more := s.recv(65536):
                answer += more
        return json.loads(answer)

    def counters(self, name="honest", role=None):
        for row in self.all_counters():
            if row["name"] == name and role in (None, row["role"]):
                return row
        raise AssertionError(f"no listener {name}")

    def end(self):
        self.check_clean(self.stop())


def run(command, timeout_s=PATIENCE_S, **options):
    """A program that ends by itself; under sanitizers without a report."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=timeout_s, check=False,
                          env=environment(), **options)
    assert REPORT.search(done.stderr) is None, done.stderr
    return done
