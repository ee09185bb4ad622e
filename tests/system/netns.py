"""Network namespaces for a test: two, joined by a pair of links. They have names of
their own and are gone with the test. Needs root and ip(8)."""

import ctypes
import json
import os
import shutil
import subprocess
import threading

from harness import wait_for

CLONE_NEWNET = 0x40000000


def why_not():
    """None where namespaces can be made, or the reason."""
    if os.geteuid() != 0:
        return "needs root"
    if shutil.which("ip") is None or shutil.which("unshare") is None:
        return "needs ip(8) and unshare(1)"
    done = subprocess.run(
        ["unshare", "-n", "ip", "link", "add", "eth0", "type", "veth", "peer", "name",
         "eth1"],
        capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"no namespaces: {done.stderr.strip()}"


class Namespace:
    """One of them."""

    def __init__(self, name):
        self.name = name
        subprocess.run(["ip", "netns", "add", name], check=True)
        self.ip("link", "set", "lo", "up")

    def ip(self, *arguments):
        subprocess.run(["ip", "-n", self.name, *arguments], check=True)

    def wait_up(self, link):
        """The kernel takes up to a second to see a carrier."""
        def is_up():
            done = subprocess.run(["ip", "-n", self.name, "-j", "link", "show", link],
                                  check=True, capture_output=True, text=True)
            return json.loads(done.stdout)[0]["operstate"] == "UP"
        wait_for(f"{link} of {self.name}", is_up)

    def prefix(self):
        """What a command begins with that runs in it."""
        return ["ip", "netns", "exec", self.name]

    def call(self, function, *arguments):
        """The result of a call whose sockets are made in it. A thread of its own: a
        namespace belongs to a thread, and what it starts inherits it."""
        result, errors = [], []

        def run():
            try:
                with open(f"/run/netns/{self.name}", "rb") as there:
                    libc = ctypes.CDLL(None, use_errno=True)
                    if libc.setns(there.fileno(), CLONE_NEWNET) != 0:
                        raise OSError(ctypes.get_errno(), "setns")
                result.append(function(*arguments))
            except BaseException as error:  # pylint: disable=broad-except
                errors.append(error)
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        if errors:
            raise errors[0]
        return result[0]

    def delete(self):
        subprocess.run(["ip", "netns", "del", self.name], check=False)


class Pair:
    """`near` has the link eth0, `far` has eth1, which is its other end, with
    10.53.0.1/24."""

    def __init__(self):
        stem = f"pintle-{os.getpid()}-{os.urandom(2).hex()}"
        self.near = Namespace(stem + "-n")
        self.far = Namespace(stem + "-f")
        self.near.ip("link", "add", "eth0", "type", "veth", "peer", "name", "eth1",
                     "netns", self.far.name)
        self.far.ip("address", "add", "10.53.0.1/24", "dev", "eth1")
        self.far.ip("link", "set", "eth1", "up")

    def delete(self):
        self.near.delete()
        self.far.delete()
