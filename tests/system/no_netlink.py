"""Runs a command that may open no netlink socket, as in a sandbox:

    no_netlink.py COMMAND...
"""

import ctypes
import os
import struct
import sys

SOCKET_CALL = {"x86_64": 41, "aarch64": 198}
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
AF_NETLINK, EPERM = 16, 1
# Of linux/bpf_common.h and linux/seccomp.h.
LOAD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERRNO = 0x7fff0000, 0x00050000


def why_not():
    """None where this works, or the reason."""
    machine = os.uname().machine
    return None if machine in SOCKET_CALL else f"no number of socket(2) for {machine}"


def forbid():
    """From here on socket(AF_NETLINK, …) is EPERM."""
    steps = [
        (LOAD, 0, 0, 0),  # the call's number
        (JUMP_EQUAL, 0, 3, SOCKET_CALL[os.uname().machine]),
        (LOAD, 0, 0, 16 if sys.byteorder == "little" else 20),  # the first argument
        (JUMP_EQUAL, 0, 1, AF_NETLINK),
        (RETURN, 0, 0, ERRNO | EPERM),
        (RETURN, 0, 0, ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *s) for s in steps))
    program = struct.pack("@HP", len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    for call in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
                 (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0)):
        if libc.prctl(*call) != 0:
            raise OSError(ctypes.get_errno(), "prctl")


if __name__ == "__main__":
    forbid()
    os.execvp(sys.argv[1], sys.argv[1:])
