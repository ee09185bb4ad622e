"""Whether a program was linked with what ./configure promised."""

import os
import re
import subprocess


def check_program(path):
    """PIE, RELRO, BIND_NOW, no executable stack; else what is missing."""
    readelf = os.environ.get("READELF", "readelf")
    out = subprocess.run([readelf, "-W", "-h", "-l", "-d", path], check=True, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    stack = re.search(r"GNU_STACK.*?\s([RWE]{2,3})\s", out)
    wanted = {
        "PIE": re.search(r"Type:\s+DYN", out),
        "RELRO": "GNU_RELRO" in out,
        "BIND_NOW": re.search(r"\(FLAGS.*NOW|\(BIND_NOW\)", out),
        "a stack without execute": stack and "E" not in stack.group(1),
    }
    name = os.path.basename(path)
    return [f"{name}: no {what}" for what, found in wanted.items() if not found]
