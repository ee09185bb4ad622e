"""pintlectl probe, against TLS servers of our own."""
import json
import socket
import ssl
import threading

import pytest

from pintlectl import (  # noqa: F401 (fixtures among them)
    CONFIG, FAILED, OK, OTHER_PIN, REFUSED, USAGE, ctl, fixture_pki, make_certificate,
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
    assert f'pins: ["{leaf}", "{root}"]' in done.out
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
    assert ("pins: [" in text) is offered


def test_probe_url_uses_the_system_roots(pki, server):
    one = server(tls_with(pki))
    done = ctl("probe", f"tls://127.0.0.1:{one.port}#a.lab", "--json")
    said = json.loads(done.out)
    assert done.returncode == REFUSED and said["reasons"] == ["pkix_untrusted"]
    assert said["name"]["ok"] is True and said["ct"]["mode"] == "off"


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
])
def test_probe_targets(target, code):
    assert ctl("probe", target).returncode == code


def test_probe_config_errors(pki, tmp_path):
    assert ctl("-c", "/nonexistent", "probe", "lab").returncode == CONFIG
    config = write_config(tmp_path, pki, 853, "nonsense: true")
    done = ctl("-c", config, "probe", "lab")
    assert done.returncode == CONFIG and f"{config}:" in done.err
    done = ctl("-c", write_config(tmp_path, pki, 853), "probe", "other")
    assert done.returncode == USAGE and "lab" in done.err
