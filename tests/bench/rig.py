"""What every measurement stands on: two cores, an upstream, a load, and what /proc says of
a server. Loopback or network namespaces only."""

import glob
import json
import os
import shutil
import subprocess

from harness import BUILD, SOURCE, Child, free_port, random_net, wait_for

NAME = "resolver.lab"
HOST = "127.0.0.1"
# Where the upstream is in the namespace scenario; the certificate names it too.
FAR = ("10.54.0.1", "10.54.0.3")
LOAD_PATIENCE_S = 300
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
CA_DIRECTORY = "/etc/ssl/certs"
CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


# What is built for measurements.
PROGRAMS = ("echo", "eviction", "first", "load", "micro", "pki", "upstream")


def program(name):
    return os.path.join(BUILD, "tests/bench", name)


class Cores:
    """One for the server, another for load and upstream."""

    def __init__(self, pinned=True):
        """Not pinned: it does not matter who runs where."""
        self.pinned = pinned
        cores = sorted(os.sched_getaffinity(0))
        self.server = int(os.environ.get("SERVER_CPU", cores[0]))
        self.load = int(os.environ.get("LOAD_CPU", cores[-1]))

    def are_two(self):
        return self.server != self.load

    def on(self, *cores):
        """What a command begins with that runs there, before others if we may say so."""
        if not self.pinned:
            return []
        nice = ["nice", "-n", "-15"] if os.geteuid() == 0 else []
        return [*nice, "taskset", "-c", ",".join(str(core) for core in cores)]


def raise_session():
    """Under autogroup scheduling a nice value counts only within its session."""
    try:
        with open("/proc/self/autogroup", "w", encoding="ascii") as file:
            file.write("-15")
    except OSError:
        pass


class World:
    """Certificates, a list of logs, and stores of trusted roots as Debian has them, with
    ours among them."""

    def __init__(self, directory):
        self.directory = directory
        os.chmod(directory, 0o755)
        self.address = random_net() + ".2"
        subprocess.run([program("pki"), directory, self.address, FAR[0]], check=True)
        self.chain, self.key, self.root = (
            os.path.join(directory, file) for file in ("chain.pem", "key.pem", "root.pem"))
        with open(os.path.join(directory, "pin"), encoding="ascii") as file:
            self.pin = file.read()
        self.log_list = self.make_log_list()
        self.roots = self.make_roots()
        self.bundle = self.make_bundle()

    def make_log_list(self):
        """The built-in list with the lab's logs in it: as long as a real one, and new."""
        with open(os.path.join(SOURCE, "conf/ct-logs.json"), encoding="utf-8") as file:
            real = json.load(file)
        with open(os.path.join(self.directory, "ct-logs.json"), encoding="utf-8") as file:
            ours = json.load(file)
        ours["operators"] += real["operators"]
        path = os.path.join(self.directory, "log-list.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(ours, file)
        return path

    def make_roots(self):
        """A hashed directory."""
        path = os.path.join(self.directory, "roots")
        os.mkdir(path)
        roots = glob.glob(CA_DIRECTORY + "/*.[0-9]")
        assert roots, f"no roots in {CA_DIRECTORY}: is ca-certificates installed?"
        for file in roots:
            os.symlink(os.path.realpath(file), os.path.join(path, os.path.basename(file)))
        done = subprocess.run(["openssl", "x509", "-in", self.root, "-noout", "-hash"],
                              check=True, capture_output=True, text=True)
        os.symlink(self.root, os.path.join(path, done.stdout.strip() + ".0"))
        return path

    def make_bundle(self):
        path = os.path.join(self.directory, "bundle.pem")
        with open(path, "wb") as bundle:
            for file in [self.root, *glob.glob(CA_BUNDLE)]:
                with open(file, "rb") as certificates:
                    shutil.copyfileobj(certificates, bundle)
        return path


class Upstream:
    """Our server for DoT and DoH, and what it has counted."""

    def __init__(self, world, cores, addresses=None, prefix=()):
        self.addresses = list(addresses or [world.address])
        self.dot, self.doh = (853, 443) if prefix else \
            (free_port(*self.addresses), free_port(*self.addresses))
        command = [*prefix, *cores.on(cores.load), program("upstream"),
                   "--chain", world.chain, "--key", world.key]
        for address in self.addresses:
            command += ["--dot", f"{address}:{self.dot}", "--doh", f"{address}:{self.doh}"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, bufsize=1)
        line = self.process.stdout.readline()
        assert line == "ready\n", "the upstream ended at start"

    def counts(self):
        self.process.stdin.write("\n")
        return json.loads(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


class Load:
    """Asks one server."""

    def __init__(self, cores, server, prefix=()):
        self.server = server
        self.command = [*prefix, *cores.on(cores.load), program("load"), "--server", server]

    def ask(self, **options):
        """`tcp=True, window=64, ...` are the program's options; its figures."""
        command = list(self.command)
        for key, value in options.items():
            if value is not False:
                command.append("--" + key.replace("_", "-"))
            if not isinstance(value, bool):
                command.append(str(value))
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              timeout=LOAD_PATIENCE_S)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: {done.stderr.strip()}")
        figures = json.loads(done.stdout)
        assert figures["wrong"] == 0, f"{self.server} answers other questions"
        return figures


class Server(Child):
    """What is measured."""

    def __init__(self, command, directory, prefix=()):
        super().__init__([*prefix, *command], os.path.join(directory, "server.log"),
                         cwd=directory, start_new_session=False)

    def wait_ready(self, load):
        """Until a question is answered."""
        numbers = iter(range(10000))

        def answers():
            assert self.is_alive(), f"ended at start:\n{self.log()}"
            figures = load.ask(queries=1, window=1, sockets=1, timeout_ms=300,
                               label=f"ready{next(numbers)}")
            return figures["good"] == 1
        wait_for("an answer", answers)
        return self

    def end(self):
        if self.is_alive():
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()

    def cpu_s(self):
        """User and system time of all its threads so far, proc(5)."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii",
                  errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK_S

    def private_kib(self):
        """Memory that is its alone."""
        with open(f"/proc/{self.process.pid}/smaps_rollup", encoding="ascii") as file:
            return sum(int(line.split()[1]) for line in file
                       if line.startswith(("Private_Clean:", "Private_Dirty:")))


def measured(server, load, **options):
    """The figures of a load, with what it cost the server."""
    cpu_s = server.cpu_s()
    figures = load.ask(**options)
    cpu_s = server.cpu_s() - cpu_s
    figures["cpu_us"] = cpu_s * 1e6 / max(figures["answered"], 1)
    figures["busy_pct"] = 100 * cpu_s / max(figures["seconds"], 1e-6)
    figures["bad"] = figures["sent"] - figures["good"]
    return figures
