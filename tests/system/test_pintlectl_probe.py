"""pintlectl probe, against TLS servers of our own."""
import json
import socket
import ssl
import subprocess
import threading
import time

import pytest

from ctlogs import Log, embed, write_list
from pintlectl import (  # noqa: F401 (fixtures among them)
    BUILD, CONFIG, FAILED, OK, OTHER_PIN, REFUSED, USAGE, ctl, fixture_pki, make_certificate,
    pin_of,
)

# --- probe ----------------------------------------------------------------------------------


class Server(threading.Thread):
    """Accepts connections one after the other and does `serve` with each."""

    def __init__(self, serve):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.serve, self.seen = serve, []
        self.start()

    def run(self):
        while True:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            with connection:
                try:
                    self.serve(self, connection)
                except OSError:
                    pass

    def stop(self):
        if self.listener.fileno() >= 0:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
        self.join()


@pytest.fixture(name="server")
def fixture_server():
    servers = []

    def start(serve):
        servers.append(Server(serve))
        return servers[-1]

    yield start
    for one in servers:
        one.stop()


def tls_with(pki):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "chain.pem", pki / "leaf.key")

    def serve(self, connection):
        with context.wrap_socket(connection, server_side=True) as session:
            self.seen.append(session.recv(100))

    return serve


def write_config(where, pki, port, *more):
    """pintle.yaml with one upstream, `lab`, at 127.0.0.1."""
    path = where / "pintle.yaml"
    path.write_text(
        "listen: ['127.0.0.1:5300']\nct: {mode: 'off'}\nupstreams:\n"
        "  - name: lab\n    protocol: dot\n"
        f"    address: ['127.0.0.1:{port}']\n    ca_file: {pki / 'root.pem'}\n"
        + "".join(f"    {line}\n" for line in more))
    return path


def test_probe_upstream_accepted(pki, tmp_path, server):
    one = server(tls_with(pki))
    config = write_config(tmp_path, pki, one.port, "auth_name: a.lab")
    done = ctl("-c", config, "probe", "lab")
    assert done.returncode == OK, done.err
    assert "accepted" in done.out and "TLSv1.3" in done.out
    leaf, root = pin_of(pki / "leaf.pem"), pin_of(pki / "root.pem")
    assert f'- "{leaf}"  # leaf: until 20' in done.out
    assert f'- "{root}"  # issuer: lasts until 20' in done.out
    done = ctl("probe", "lab", "-c", config, "--json")
    said = json.loads(done.out)
    assert (said["accepted"], said["outcome"], said["tls"]) == (True, "accepted", "TLSv1.3")
    assert said["address"] == f"127.0.0.1:{one.port}" and len(said["addresses"]) == 1
    one.stop()
    assert one.seen == [b"", b""]  # not a byte of a query


PROBED = {
    "pin": (["auth_name: a.lab", f"pins: ['{OTHER_PIN}']"], ["pin_mismatch"], True),
    "name": (["auth_name: b.lab"], ["name_mismatch"], False),
    "root": (["auth_name: a.lab", "ca_file: ROGUE"], ["pkix_untrusted"], False),
}


@pytest.mark.parametrize("row", PROBED)
def test_probe_upstream_refused(pki, tmp_path, server, row):
    lines, reasons, offered = PROBED[row]
    make_certificate(pki, "rogue", "basicConstraints=critical,CA:TRUE")
    config = write_config(tmp_path, pki, server(tls_with(pki)).port, *lines)
    if "ca_file: ROGUE" in lines:
        text = config.read_text().replace(f"    ca_file: {pki / 'root.pem'}\n", "")
        config.write_text(text.replace("ROGUE", str(pki / "rogue.pem")))
    done = ctl("-c", config, "probe", "lab", "--json")
    assert done.returncode == REFUSED, done.err
    assert json.loads(done.out)["reasons"] == reasons
    text = ctl("-c", config, "probe", "lab").out
    # What did not verify, or is somebody else's, is not offered for copying.
    assert ("    pins:\n" in text) is offered


def test_probe_url_uses_the_system_roots(pki, server):
    one = server(tls_with(pki))
    done = ctl("probe", f"tls://127.0.0.1:{one.port}#a.lab", "--json")
    said = json.loads(done.out)
    assert done.returncode == REFUSED and said["reasons"] == ["pkix_untrusted"]
    assert said["name"]["ok"] is True and said["ct"]["mode"] == "require"
    assert said["ct"]["policy"] == "strict" and said["paste"] == "" and said["to_pin"] == []


def test_probe_two_addresses_of_which_one_is_down(pki, tmp_path, server):
    one = server(tls_with(pki))
    config = write_config(tmp_path, pki, one.port, "auth_name: a.lab")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        text = config.read_text().replace(
            f"['127.0.0.1:{one.port}']", f"['127.0.0.1:{one.port}', '127.0.0.1:{port}']")
        config.write_text(text)
        done = ctl("-c", config, "probe", "lab", "--json")
    said = json.loads(done.out)
    assert done.returncode == FAILED
    assert [a["outcome"] for a in said["addresses"]] == ["accepted", "unreachable"]
    assert said["accepted"] is False


SHAPE = {"accepted", "reasons", "explanation", "pkix", "name", "pins", "ct", "ocsp"}


@pytest.mark.parametrize("behave", ["unreachable", "broken"])
def test_probe_json_without_a_verdict(pki, tmp_path, server, behave):
    """The object has all its members, whatever was seen."""
    def hang_up(_, connection):
        connection.close()

    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        if behave == "broken":
            port = server(hang_up).port
        config = write_config(tmp_path, pki, port, "auth_name: a.lab", "ct: require",
                              f"pins: ['sha256//{43 * 'A'}=']")
        done = ctl("-c", config, "probe", "lab", "--json")
    said = json.loads(done.out)
    assert SHAPE <= set(said), said
    assert said["accepted"] is False
    assert (done.returncode, said["outcome"]) == (FAILED, behave)
    assert (said["reasons"], said["explanation"]) == ([], said["problem"])
    assert said["pkix"]["ok"] is None and said["pkix"]["reason"] is None
    assert said["pkix"]["chain"] == []
    assert said["name"] == {"ok": None, "reason": None}
    assert (said["pins"]["configured"], said["pins"]["ok"]) == (1, None)
    assert said["pins"]["matched"] is None
    assert (said["ct"]["mode"], said["ct"]["policy"]) == ("require", "strict")
    assert (said["ct"]["ok"], said["ct"]["reason"]) == (None, None)
    assert (said["ct"]["log_list"], said["ct"]["scts"]) == (None, [])
    assert said["ocsp"] is None
    assert said["addresses"][0]["pkix"] == said["pkix"]


# --- what to paste --------------------------------------------------------------------


def check_config(path):
    return subprocess.run([BUILD / "pintle", "-c", path, "--check-config"],
                          capture_output=True, text=True, timeout=60, check=False)


def test_probe_paste_is_configuration(pki, tmp_path, server):
    """Behind the upstream's own lines it is read, and accepts the server."""
    config = write_config(tmp_path, pki, server(tls_with(pki)).port, "auth_name: a.lab")
    said = json.loads(ctl("-c", config, "probe", "lab", "--json").out)
    leaf, root = pin_of(pki / "leaf.pem"), pin_of(pki / "root.pem")
    assert [(one["role"], one["pin"], one["subject"]) for one in said["to_pin"]] == [
        ("issuer", root, "CN=lab root"), ("leaf", leaf, "CN=a.lab")]
    assert all(one["not_after"].endswith("Z") for one in said["to_pin"])
    assert said["paste"] in ctl("-c", config, "probe", "lab").out
    config.write_text(config.read_text() + said["paste"])
    done = check_config(config)
    assert done.returncode == OK, done.stderr
    said = json.loads(ctl("-c", config, "probe", "lab", "--json").out)
    assert (said["accepted"], said["pins"]["configured"], said["pins"]["ok"]) == (
        True, 2, True)


def test_probe_paste_of_two_addresses(pki, tmp_path, server):
    """Each key once; the issuer that both have comes first."""
    make_certificate(pki, "second", "subjectAltName=DNS:a.lab", issuer="root")
    (pki / "second-chain.pem").write_text(
        (pki / "second.pem").read_text() + (pki / "root.pem").read_text())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "second-chain.pem", pki / "second.key")

    def serve(_, connection):
        with context.wrap_socket(connection, server_side=True) as session:
            session.recv(100)

    one, two = server(tls_with(pki)), server(serve)
    config = write_config(tmp_path, pki, one.port, "auth_name: a.lab")
    config.write_text(config.read_text().replace(
        f"['127.0.0.1:{one.port}']", f"['127.0.0.1:{one.port}', '127.0.0.1:{two.port}']"))
    said = json.loads(ctl("-c", config, "probe", "lab", "--json").out)
    assert [one["pin"] for one in said["to_pin"]] == [
        pin_of(pki / f"{name}.pem") for name in ("root", "leaf", "second")]
    config.write_text(config.read_text() + said["paste"])
    assert check_config(config).returncode == OK


def test_probe_says_that_the_configured_pins_differ(pki, tmp_path, server):
    config = write_config(tmp_path, pki, server(tls_with(pki)).port, "auth_name: a.lab",
                          f"pins: ['{OTHER_PIN}']")
    done = ctl("-c", config, "probe", "lab")
    assert done.returncode == REFUSED and "NOT the pins that are configured" in done.out


def test_probe_paste_of_odd_subject(pki, tmp_path, server):
    """A comment cannot be left."""
    make_certificate(pki, "odd", "subjectAltName=DNS:a.lab", issuer="root",
                     subject="/CN=a\n    pins: []\"#\u2028 x")
    (pki / "odd-chain.pem").write_text(
        (pki / "odd.pem").read_text() + (pki / "root.pem").read_text())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "odd-chain.pem", pki / "odd.key")

    def serve(_, connection):
        with context.wrap_socket(connection, server_side=True) as session:
            session.recv(100)

    config = write_config(tmp_path, pki, server(serve).port, "auth_name: a.lab")
    said = json.loads(ctl("-c", config, "probe", "lab", "--json").out)
    assert len(said["to_pin"]) == 2, said
    config.write_text(config.read_text() + said["paste"])
    assert check_config(config).returncode == OK


# --- Certificate Transparency -----------------------------------------------------------


def test_probe_ct(pki, tmp_path, server):
    """What the command line says goes before what is configured; nothing is offered for
    pasting that CT speaks against."""
    config = write_config(tmp_path, pki, server(tls_with(pki)).port, "auth_name: a.lab")
    done = ctl("-c", config, "probe", "lab", "--ct", "require", "--policy", "apple", "--json")
    said = json.loads(done.out)
    assert done.returncode == REFUSED and said["reasons"] == ["ct_no_scts"]
    assert said["ct"]["policy"] == "apple" and said["to_pin"] == []
    done = ctl("-c", config, "probe", "lab", "--ct", "report", "--json")
    said = json.loads(done.out)
    assert done.returncode == OK and said["ct"]["reason"] == "ct_no_scts"
    assert len(said["to_pin"]) == 2
    text = ctl("-c", config, "probe", "lab", "--ct", "report").out
    assert "  ct    FAILED" in text and "log list of 20" in text


def test_probe_embedded_scts(pki, tmp_path, server):
    now = int(time.time())
    logs = [Log(pki, "one", "Alpha"), Log(pki, "two", "Beta")]
    make_certificate(pki, "short", "subjectAltName=DNS:a.lab", issuer="root", days=90)
    embed(pki, "short", "root", lambda entry: [log.sct(entry, now - 60) for log in logs])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "short-ct.pem", pki / "short.key")

    def serve(_, connection):
        with context.wrap_socket(connection, server_side=True) as session:
            session.recv(100)

    config = write_config(tmp_path, pki, server(serve).port, "auth_name: a.lab")
    write_list(tmp_path / "logs.json", logs)
    words = ["-c", config, "probe", "lab", "--ct", "require"]
    done = ctl(*words, "--log-list", tmp_path / "logs.json")
    assert done.returncode == OK and done.out.count(": counts\n") == 2, done.out
    assert ctl(*words).returncode == REFUSED  # the built-in list has other logs
    config.write_text(config.read_text().replace(
        "ct: {mode: 'off'}", f"ct: {{log_list: {tmp_path / 'logs.json'}}}"))
    done = ctl("-c", config, "probe", "lab", "--json")
    assert done.returncode == OK, done.out
    assert [row["operator"] for row in json.loads(done.out)["ct"]["scts"]] == [
        "Alpha", "Beta"]


@pytest.mark.parametrize("words, code", [
    (["--ct", "maybe"], USAGE), (["--policy", "lax"], USAGE),
    (["--log-list", "/nonexistent"], CONFIG), (["--at", "2026-01-01T00:00:00Z"], USAGE),
])
def test_probe_ct_options_in_error(words, code):
    done = ctl("probe", "tls://127.0.0.1:1", *words)
    assert done.returncode == code and done.out == ""


def test_probe_pins_only_cannot_require_ct(pki, tmp_path):
    config = write_config(tmp_path, pki, 853, "pkix: pins_only", f"pins: ['{OTHER_PIN}']")
    config.write_text(config.read_text().replace(
        f"    ca_file: {pki / 'root.pem'}\n", ""))
    done = ctl("-c", config, "probe", "lab", "--ct", "require")
    assert done.returncode == CONFIG and "pins_only" in done.err


# --- what is no server ------------------------------------------------------------------


def test_probe_of_what_is_not_tls(server):
    def shout(_, connection):
        connection.sendall(b"SSH-2.0-OpenSSH \x1b[31m\r\n")
        connection.recv(4096)

    done = ctl("probe", f"tls://127.0.0.1:{server(shout).port}")
    assert done.returncode == REFUSED and "tls_protocol" in done.out


def test_probe_of_who_hangs_up(server):
    def hang_up(_, connection):
        connection.recv(4096)

    done = ctl("probe", f"tls://127.0.0.1:{server(hang_up).port}")
    assert done.returncode == FAILED and "closed the connection" in done.out


@pytest.mark.parametrize("target, code", [
    ("https://dns.quad9.net/dns-query", USAGE), ("tls://", USAGE),
    ("tls://dns.lab", USAGE), ("tls://127.0.0.1:0", USAGE), ("tls://127.0.0.1:x", USAGE),
    ("tls://127.0.0.1#", USAGE), ("tls://127.0.0.1#.lab", USAGE),
    ("tls://127.0.0.1#127.0.0.1", USAGE), ("tls://" + "1" * 5000, USAGE),
    ("tls://[::1", USAGE),
    ("https://", USAGE), ("https://127.0.0.1", USAGE), ("https://[::]/q", USAGE),
    ("https://127.0.0.1:0/q", USAGE), ("https://127.0.0.1/q#x", USAGE),
    ("https://127.0.0.1/q{?name}", USAGE), ("https://u@127.0.0.1/q", USAGE),
    ("http://127.0.0.1/q", USAGE), ("127.0.0.1", CONFIG),
])
def test_probe_targets(target, code, tmp_path):
    # What is no URL is an upstream's name.
    assert ctl("-c", tmp_path / "none.yaml", "probe", target).returncode == code


# --- over HTTPS -------------------------------------------------------------------------


def h2_with(pki, *protocols):
    """TLS that selects one of `protocols`; keeps what was selected, and came behind."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "chain.pem", pki / "leaf.key")
    if protocols:
        context.set_alpn_protocols(protocols)

    def serve(self, connection):
        with context.wrap_socket(connection, server_side=True) as session:
            self.seen.append((session.selected_alpn_protocol(), session.recv(100)))

    return serve


def write_doh(where, pki, port, *more):
    path = where / "pintle.yaml"
    path.write_text(
        "listen: ['127.0.0.1:5300']\nct: {mode: 'off'}\nbootstrap: [192.0.2.53]\n"
        "upstreams:\n  - name: lab\n    protocol: doh\n"
        f"    url: https://a.lab:{port}/q{{?dns}}\n    ca_file: {pki / 'root.pem'}\n"
        + "".join(f"    {line}\n" for line in more))
    return path


def test_probe_doh_upstream(pki, tmp_path, server):
    one = server(h2_with(pki, "h2", "http/1.1"))
    done = ctl("-c", write_doh(tmp_path, pki, one.port, "address: [127.0.0.1]"),
               "probe", "lab")
    assert done.returncode == OK and "accepted" in done.out and "a.lab" in done.out
    one.stop()
    assert one.seen == [("h2", b"")]  # not a byte of a request


@pytest.mark.parametrize("protocols", [(), ("http/1.1",)])
def test_probe_doh_without_h2_is_refused(pki, tmp_path, server, protocols):
    one = server(h2_with(pki, *protocols))
    done = ctl("-c", write_doh(tmp_path, pki, one.port, "address: [127.0.0.1]"),
               "probe", "lab", "--json")
    said = json.loads(done.out)
    assert (done.returncode, said["reasons"]) == (REFUSED, ["tls_protocol"])


def test_probe_upstream_without_an_address(pki, tmp_path, server):
    one = server(h2_with(pki, "h2"))
    config = write_doh(tmp_path, pki, one.port)
    done = ctl("-c", config, "probe", "lab")
    assert done.returncode == USAGE and "a.lab is not looked up: give --address" in done.err
    done = ctl("-c", config, "probe", "lab", "--address", "127.0.0.1", "--json")
    assert done.returncode == OK, done.err
    assert json.loads(done.out)["address"] == f"127.0.0.1:{one.port}"


def test_probe_https_uses_the_system_roots(pki, server):
    one = server(h2_with(pki, "h2"))
    done = ctl("probe", f"https://a.lab:{one.port}/q", "--address", "127.0.0.1",
               "--ct", "off", "--json")
    said = json.loads(done.out)
    assert (done.returncode, said["reasons"]) == (REFUSED, ["pkix_untrusted"])
    assert said["address"] == f"127.0.0.1:{one.port}"


@pytest.mark.parametrize("words, said", [
    (["https://a.lab/q"], "a.lab is not looked up: give --address"),
    (["http://127.0.0.1/q"], "has a scheme that is not probed; allowed: tls://"),
    (["udp://127.0.0.1"], "has a scheme that is not probed; allowed: tls://"),
    (["https://a.lab/q", "--address", "b.lab"], "--address 'b.lab' is not an IP address"),
    (["https://a.lab/q", "--address", "0.0.0.0"], "--address '0.0.0.0' is not an IP"),
    (["https://192.0.2.1/q", "--address", "192.0.2.2"], "take --address out"),
    (["tls://192.0.2.1", "--address", "192.0.2.1"], "take --address out"),
])
def test_probe_addresses_in_error(words, said):
    done = ctl("probe", *words)
    assert done.returncode == USAGE and said in done.err


def test_probe_by_address_at_another_one(pki, tmp_path):
    done = ctl("-c", write_config(tmp_path, pki, 853), "probe", "lab",
               "--address", "127.0.0.2")
    assert done.returncode == USAGE and "must name its address" in done.err


def test_probe_config_errors(pki, tmp_path):
    assert ctl("-c", "/nonexistent", "probe", "lab").returncode == CONFIG
    config = write_config(tmp_path, pki, 853, "nonsense: true")
    done = ctl("-c", config, "probe", "lab")
    assert done.returncode == CONFIG and f"{config}:" in done.err
    done = ctl("-c", write_config(tmp_path, pki, 853), "probe", "other")
    assert done.returncode == USAGE and "lab" in done.err
