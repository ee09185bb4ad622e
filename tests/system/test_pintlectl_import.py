"""pintlectl import: what it prints is a configuration that the daemon takes, as safe as
the original or safer."""
import base64
import json
import os
import pathlib
import re

import pytest

from client import ask, is_failed, is_good
from harness import PINTLE, SOURCE, Daemon, free_port, run
from pintlectl import CONFIG, OK, OTHER_PIN, USAGE, ctl, pin_of

CORPUS = pathlib.Path(SOURCE) / "tests/fuzz/corpus"


def stamp(protocol, address="192.0.2.1", hashes=b"\0", host="dns.example", path=None):
    def lp(text):
        return bytes([len(text)]) + text.encode()
    content = bytes([protocol]) + bytes(8) + lp(address) + hashes + lp(host)
    content += lp(path) if path is not None else b""
    return "sdns://" + base64.urlsafe_b64encode(content).decode().rstrip("=")


def check(write, text, name="imported.yaml"):
    done = run([PINTLE, "--check-config", "-c", write(text, name)])
    assert done.returncode == 0, done.stderr + text


@pytest.mark.parametrize("name", sorted(os.listdir(CORPUS / "stubby")))
def test_stubby_corpus(name, write, authority, place):
    """Whatever is taken passes --check-config; what is refused says where."""
    text = (CORPUS / "stubby" / name).read_text()
    # Roots that are there, on whatever machine.
    text, n = re.subn(r"(?m)^(tls_ca_(?:file|path)): \"/.*$",
                      f'tls_ca_file: "{authority.root}"', text)
    if not n:
        text += f'\ntls_ca_file: "{authority.root}"\n'
    text = re.sub(r"(?m)^dnssec_trust_anchors: .*\n", "", text)
    path = write(text, "stubby.yml")
    done = ctl("import", "stubby", path)
    if done.returncode != OK:
        assert done.returncode == CONFIG and not done.out
        assert re.match(rf"pintlectl: {re.escape(path)}:\d+:\d+: ", done.err)
        return
    check(write, done.out)
    assert "NONE" not in done.out and "pin_mode" not in done.out
    assert done.out.count("ct: off") == 1 + done.out.count("pkix: pins_only")  # a comment


def test_stubby_none_is_refused(write):
    path = write("upstream_recursive_servers: [{address_data: 192.0.2.1}]\n"
                 "tls_authentication: GETDNS_AUTHENTICATION_NONE\n", "stubby.yml")
    done = ctl("import", "stubby", path)
    assert done.returncode == CONFIG and f"{path}:2:21: " in done.err and not done.out


def test_stubby_no_file(place):
    done = ctl("import", "stubby", place + "/none.yml")
    assert done.returncode == CONFIG and "none.yml" in done.err


def test_stubby_json(write):
    path = write("upstream_recursive_servers: [192.0.2.1~dns.example]\ncolour: blue\n",
                 "stubby.yml")
    said = json.loads(ctl("import", "stubby", path, "--json").out)
    assert "auth_name: \"dns.example\"" in said["yaml"]
    assert {"line": 2, "key": "colour",
            "text": "left out: not a key that pintlectl knows"} in said["notes"]


class Imported(Daemon):
    """A daemon whose configuration is text."""

    def write_config(self, config):
        super().write_config(config["text"])


@pytest.mark.parametrize("pinned", [True, False], ids=["its-pin", "another-pin"])
def test_stubby_server_of_ones_own(lab, write, place, pinned):
    """A server known by its key alone answers; with another key in the file it is
    refused."""
    address, port = lab.upstreams["honest"]["address"][0].rsplit(":", 1)
    pin = pin_of(f"{lab.directory}/leaf-honest.pem") if pinned else OTHER_PIN
    listen = f"127.0.0.1:{free_port('127.0.0.1')}"
    path = write(f"""
tls_authentication: GETDNS_AUTHENTICATION_REQUIRED
dns_transport_list: [GETDNS_TRANSPORT_TLS]
listen_addresses: ["{listen.replace(':', '@')}"]
upstream_recursive_servers:
  - address_data: {address}
    tls_port: {port}
    tls_pubkey_pinset: [{{digest: sha256, value: "{pin.split('//')[1]}"}}]
""", "stubby.yml")
    done = ctl("import", "stubby", path)
    assert done.returncode == OK, done.err
    control = place + "/control.sock"
    daemon = Imported(place, {
        "text": f"{done.out}control: {control}\nstate_dir: {place}/state\n",
        "listen": [listen], "control": control})
    try:
        answer = ask(daemon.wait_ready(), "example.lab")
        assert is_good(answer) if pinned else is_failed(answer)
        daemon.end()
    finally:
        daemon.kill()


# --- stamps ---------------------------------------------------------------------------

HASHES = b"\xa0" + bytes(range(32)) + b"\x20" + bytes(range(32, 64))


@pytest.mark.parametrize("words", [
    [stamp(3)], [stamp(3, hashes=HASHES)], [stamp(3, address=""), "--address", "192.0.2.7"],
    [stamp(2, path="/dns-query")], [stamp(2, address="[2001:db8::1]:8443", path="/q{?dns}")],
    [stamp(2, address="", path="/q"), "--address=[2001:db8::1]:444"],
], ids=["dot", "dot-hashes", "dot-address", "doh", "doh-template", "doh-address"])
def test_stamp(write, authority, words):
    done = ctl("import", "stamp", *words)
    assert done.returncode == OK, done.err
    assert "pins:" not in done.out and "dns.example" in done.out
    check(write, done.out + f'tls: {{ca_file: "{authority.root}"}}\n')


@pytest.mark.parametrize("words", [
    [stamp(1)], [stamp(4)], [stamp(0x85)], [stamp(3) + "!"], ["dns://"], [""],
    [stamp(3, address="")], [stamp(3), "--address", "here"], [],
    [stamp(3), stamp(3)]], ids=repr)
def test_stamp_refused(words):
    done = ctl("import", "stamp", *words)
    assert done.returncode == USAGE and done.err and not done.out


def test_import_usage(write):
    assert ctl("import").returncode == USAGE
    done = ctl("import", "unbound", "x")
    assert done.returncode == USAGE and "stubby, stamp" in done.err
    done = ctl("import", "stubby", "x", "--address", "192.0.2.1")
    assert done.returncode == USAGE and "takes no --address" in done.err
