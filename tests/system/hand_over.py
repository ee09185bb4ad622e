"""A service manager of sorts: binds sockets and becomes the program, which finds them from
descriptor 3 on (sd_listen_fds(3)).

    hand_over.py [udp|tcp|deaf|both6|unix|file]=ADDRESS:PORT … -- PROGRAM …

deaf: TCP that does not listen; both6: UDP that takes IPv6 and IPv4. LISTEN_FDS in the
environment stays as it is, if it is there; so does LISTEN_PID."""

import os
import socket
import sys


def open_socket(kind, address):
    if kind == "file":
        return os.open("/dev/null", os.O_RDONLY)
    if kind == "unix":
        return socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).detach()
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    s = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET,
                      socket.SOCK_DGRAM if kind in ("udp", "both6") else socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind not in ("udp", "both6"))
    if s.family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, kind != "both6")
    s.bind((host, int(port)))
    if kind == "tcp":
        s.listen()
    return s.detach()


def main(arguments):
    end = arguments.index("--")
    opened = [open_socket(*argument.split("=")) for argument in arguments[:end]]
    high = [os.dup2(fd, 100 + i) for i, fd in enumerate(opened)]
    for i, fd in enumerate(high):
        os.dup2(fd, 3 + i, inheritable=True)
        os.close(fd)
    os.environ.setdefault("LISTEN_FDS", str(len(opened)))
    os.environ.setdefault("LISTEN_PID", str(os.getpid()))
    os.execv(arguments[end + 1], arguments[end + 1:])


main(sys.argv[1:])
