"""pintlectl as a person runs it: exit codes and words, with files that
openssl(1) made, a TLS server and a control socket of our own."""
import base64
import json
import os
import pathlib
import socket
import ssl
import subprocess
import threading

import dns.message
import dns.rrset
import pytest

BUILD = pathlib.Path(os.environ.get("BUILDDIR", "."))
SOURCE = pathlib.Path(os.environ.get("SRCDIR", "."))
CLOUDFLARE = (
    SOURCE.resolve() / "../shared/data/ct-chains/035-2021-10-25-cloudflare-dns.com"
)
OTHER_PIN = "sha256//" + base64.b64encode(bytes(32)).decode()
OK, FAILED, USAGE, REFUSED, CONFIG = 0, 1, 2, 3, 78


def ctl(*words, **more):
    """Runs pintlectl; nothing but text may reach a terminal."""
    done = subprocess.run(
        [str(BUILD / "pintlectl"), *map(str, words)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        timeout=60, check=False, **more)
    for stream in (done.stdout, done.stderr):
        assert all(c in b"\n\t" or 0x20 <= c < 0x7F for c in stream)
    done.out, done.err = done.stdout.decode(), done.stderr.decode()
    assert "Sanitizer" not in done.err and "runtime error" not in done.err
    return done


# --- certificates ---------------------------------------------------------------


def openssl(*words, **more):
    return subprocess.run(
        ["openssl", *map(str, words)], check=True, capture_output=True, **more).stdout


def make_certificate(where, name, *options, subject="/CN=a.lab", issuer=None, days=3650):
    """where/NAME.pem and where/NAME.key, signed by `issuer` or itself."""
    key, path = where / f"{name}.key", where / f"{name}.pem"
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-out", key)
    request = openssl("req", "-new", "-key", key, "-subj", subject,
                      *(w for o in options for w in ("-addext", o)))
    signer = (["-CA", where / f"{issuer}.pem", "-CAkey", where / f"{issuer}.key"]
              if issuer else ["-key", key])
    openssl("x509", "-req", "-copy_extensions", "copyall", "-days", days, *signer,
            "-out", path, input=request)
    return path


def pin_of(path):
    key = openssl("x509", "-in", path, "-noout", "-pubkey")
    der = openssl("pkey", "-pubin", "-outform", "DER", input=key)
    digest = openssl("dgst", "-sha256", "-binary", input=der)
    return "sha256//" + base64.b64encode(digest).decode()


def to_der(path):
    return openssl("x509", "-in", path, "-outform", "DER")


@pytest.fixture(name="pki", scope="module")
def fixture_pki(tmp_path_factory):
    where = tmp_path_factory.mktemp("pki")
    make_certificate(where, "root", "basicConstraints=critical,CA:TRUE",
                     "keyUsage=critical,keyCertSign", subject="/CN=lab root")
    make_certificate(where, "leaf", "basicConstraints=critical,CA:FALSE",
                     "subjectAltName=DNS:a.lab,IP:127.0.0.1", issuer="root")
    chain = (where / "leaf.pem").read_text() + (where / "root.pem").read_text()
    (where / "chain.pem").write_text(chain)
    return where


@pytest.fixture(name="cloudflare")
def fixture_cloudflare(tmp_path):
    if not CLOUDFLARE.is_dir():
        pytest.skip("../shared is absent: no real certificate to judge")
    chain = tmp_path / "chain.pem"
    chain.write_bytes(
        (CLOUDFLARE / "leaf.pem").read_bytes() + (CLOUDFLARE / "issuer.pem").read_bytes())
    return ["verify", "--ct", "off", "--chain", chain, "--roots",
            CLOUDFLARE / "issuer.pem"]


# --- verify: a certificate that was in use ------------------------------------------

IN_2021 = ["--at", "2021-12-01T00:00:00Z"]
REAL = {
    "the address": (["--ip", "1.1.1.1", *IN_2021], OK, []),
    "an IPv6 address": (["--ip", "2606:4700:4700::1111", *IN_2021], OK, []),
    "the name": (["--name", "cloudflare-dns.com", *IN_2021], OK, []),
    "no name asked for": (IN_2021, OK, []),
    "time with an offset": (["--at", "2021-12-01T02:00:00+02:00"], OK, []),
    "another pin": (
        ["--ip", "1.1.1.1", "--pin", OTHER_PIN, *IN_2021], REFUSED, ["pin_mismatch"]),
    "another address": (["--ip", "9.9.9.9", *IN_2021], REFUSED, ["name_mismatch"]),
    "another name": (["--name", "dns.lab", *IN_2021], REFUSED, ["name_mismatch"]),
    "later": (
        ["--ip", "1.1.1.1", "--at", "2030-01-01T00:00:00Z"], REFUSED, ["pkix_expired"]),
    "earlier": (["--ip", "1.1.1.1", "--at", "2020-01-01T00:00:00Z"], REFUSED,
                ["pkix_not_yet_valid"]),
    "address and pin": (["--ip", "9.9.9.9", "--pin", OTHER_PIN, *IN_2021], REFUSED,
                        ["name_mismatch", "pin_mismatch"]),
}


@pytest.mark.parametrize("row", REAL)
def test_verify_real_certificate(cloudflare, row):
    options, code, reasons = REAL[row]
    done = ctl(*cloudflare, *options, "--json")
    said = json.loads(done.out)
    assert (done.returncode, said["reasons"]) == (code, reasons)
    assert said["accepted"] is (code == OK)
    text = ctl(*cloudflare, *options)
    assert text.returncode == code
    assert text.out.startswith("accepted\n" if code == OK else "refused: " + reasons[0])


@pytest.mark.parametrize("place", ["leaf.pem", "issuer.pem"])
def test_verify_real_certificate_own_pin(cloudflare, place):
    pin = pin_of(CLOUDFLARE / place)
    done = ctl(*cloudflare, "--ip", "1.1.1.1", "--pin", OTHER_PIN, "--pin", pin, *IN_2021,
               "--json")
    assert done.returncode == OK
    assert json.loads(done.out)["pins"] == {
        "configured": 2, "ok": True, "matched": pin, "report_only": False}


def test_verify_real_certificate_without_its_root(cloudflare):
    done = ctl(*cloudflare[:-2], "--ip", "1.1.1.1", *IN_2021, "--json",
               "--roots", CLOUDFLARE / "leaf.pem")
    assert done.returncode == OK  # the user chose to trust the leaf itself
    other = cloudflare[:-1] + [CLOUDFLARE.parent / "012-2018-05-08-github.com/issuer.pem"]
    done = ctl(*other, "--ip", "1.1.1.1", *IN_2021, "--json")
    assert json.loads(done.out)["reasons"] == ["pkix_untrusted"]


# --- verify: of our own making ---------------------------------------------------------


def verify(pki, *words, chain="chain.pem"):
    return ctl("verify", "--ct", "off", "--chain", pki / chain, *words)


@pytest.mark.parametrize("name, words, code", [
    ("options first", ["--ct", "off", "verify"], USAGE),
    ("accepted", ["--name", "a.lab"], OK),
    ("equals sign", ["--name=a.lab"], OK),
    ("the last of two", ["--name", "b.lab", "--name", "a.lab"], OK),
    ("two identities", ["--name", "a.lab", "--ip", "127.0.0.1"], USAGE),
    ("empty name", ["--name", ""], USAGE),
    ("leading dot", ["--name", ".lab"], USAGE),
    ("trailing dot", ["--name", "a.lab."], USAGE),
    ("address as name", ["--name", "127.0.0.1"], USAGE),
    ("name as address", ["--ip", "a.lab"], USAGE),
    ("address with port", ["--ip", "127.0.0.1:853"], USAGE),
    ("address block", ["--ip", "127.0.0.0/8"], USAGE),
    ("time without zone", ["--at", "2026-01-01T00:00:00"], USAGE),
    ("time in words", ["--at", "tomorrow"], USAGE),
    ("month 13", ["--at", "2026-13-01T00:00:00Z"], USAGE),
    ("empty time", ["--at", ""], USAGE),
    ("short pin", ["--pin", "sha256//AAAA"], USAGE),
    ("unpadded pin", ["--pin", OTHER_PIN.rstrip("=")], USAGE),
    ("too many pins", ["--pin", OTHER_PIN] * 65, USAGE),
    ("pins_only without a pin", ["--pins-only"], USAGE),
    ("unknown mode", ["--ct", "maybe"], USAGE),
    ("CT required", ["--ct", "require"], CONFIG),
    ("CT reported", ["--ct", "report"], CONFIG),
    ("unknown option", ["--insecure"], USAGE),
    ("another command's option", ["--upstream", "a"], USAGE),
    ("no value", ["--name"], USAGE),
    ("value for a switch", ["--json=yes"], USAGE),
    ("stray operand", ["chain.pem"], USAGE),
])
def test_verify_command_line(pki, name, words, code):
    if name == "options first":
        done = ctl(*words)
    else:
        done = verify(pki, "--roots", pki / "root.pem", *words)
    assert done.returncode == code
    assert code == OK or (done.err.startswith("pintlectl: ") and done.out == "")


def test_verify_requires_ct_by_default(pki):
    done = ctl("verify", "--chain", pki / "chain.pem")
    assert done.returncode == CONFIG and "--ct off" in done.err


def test_verify_needs_a_chain():
    assert ctl("verify", "--ct", "off").returncode == USAGE


def test_verify_pins_only(pki):
    leaf, root = pin_of(pki / "leaf.pem"), pin_of(pki / "root.pem")
    good = verify(pki, "--pins-only", "--pin", leaf, "--json")
    assert good.returncode == OK
    assert json.loads(good.out)["pkix"]["pins_only"] is True
    # The issuer's key proves nothing there: nobody verified its signature.
    assert verify(pki, "--pins-only", "--pin", root).returncode == REFUSED
    assert verify(pki, "--pins-only", "--pin", OTHER_PIN).returncode == REFUSED
    assert verify(pki, "--pins-only", "--pin", leaf, "--roots",
                  pki / "root.pem").returncode == USAGE


def test_verify_pin_does_not_replace_pkix(pki):
    """Without a root that vouches, the right pin is not enough."""
    make_certificate(pki, "stranger", "basicConstraints=critical,CA:TRUE")
    done = verify(pki, "--roots", pki / "stranger.pem", "--name", "a.lab", "--json",
                  "--pin", pin_of(pki / "leaf.pem"))
    assert done.returncode == REFUSED
    said = json.loads(done.out)
    assert said["reasons"] == ["pkix_untrusted"] and said["pins"]["ok"] is None


def test_verify_says_that_an_unverified_chain_proves_nothing(pki):
    done = verify(pki, "--at", "2000-01-01T00:00:00Z", "--roots", pki / "root.pem")
    assert done.returncode == REFUSED and "nothing in it is proven" in done.out


def test_verify_der_leaf(pki):
    (pki / "leaf.der").write_bytes(to_der(pki / "leaf.pem"))
    done = verify(pki, "--name", "a.lab", "--roots", pki / "root.pem", chain="leaf.der")
    assert done.returncode == OK


def test_verify_chain_of_1000(pki):
    """A long list is looked through, and printed cut."""
    text = (pki / "leaf.pem").read_text() + (pki / "root.pem").read_text() * 1000
    (pki / "long.pem").write_text(text)
    done = verify(pki, "--name", "a.lab", "--roots", pki / "root.pem", chain="long.pem")
    assert done.returncode == OK and done.out.count("sha256//") < 20


def test_verify_roots_in_error(pki):
    (pki / "garbage").write_bytes(bytes(range(256)))
    for roots in ("garbage", "absent.pem"):
        done = verify(pki, "--roots", pki / roots)
        assert done.returncode == FAILED and roots in done.err


# --- files ---------------------------------------------------------------------------


def pem_of(der):
    body = base64.encodebytes(der).decode()
    return f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n".encode()


BAD_FILES = {
    "empty": lambda pem, der: b"",
    "zeros": lambda pem, der: bytes(4096),
    "text": lambda pem, der: b"not a certificate\n" * 1000,
    "every byte": lambda pem, der: bytes(range(256)) * 16,
    "escape sequence": lambda pem, der: b"\x1b[31m\x1b]0;x\x07",
    "cut DER": lambda pem, der: der[:-1],
    "DER with bytes behind": lambda pem, der: der + b"x",
    "DER with a zero behind": lambda pem, der: der + b"\0",
    "DER longer than itself": lambda pem, der: b"\x30\x83\xff\xff\xff" + der[4:],
    "PEM with bytes behind": lambda pem, der: pem_of(der + b"x"),
    "cut PEM": lambda pem, der: pem[:-30],
    "broken base64": lambda pem, der: pem.replace(b"M", b"!", 5),
    "encrypted": lambda pem, der: pem.replace(
        b"-\nM", b"-\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,"
        b"00112233445566778899AABBCCDDEEFF\n\nM", 1),
    "good, then broken": lambda pem, der: pem + pem.replace(b"M", b"!", 5),
    "only a key": lambda pem, der: pem.replace(b"CERTIFICATE", b"PUBLIC KEY"),
    "5000 certificates": lambda pem, der: pem * 5000,
    "17 MiB": lambda pem, der: pem + b"x" * (17 << 20),
}


@pytest.mark.parametrize("row", BAD_FILES)
def test_bad_file(pki, tmp_path, row):
    pem = (pki / "leaf.pem").read_bytes()
    path = tmp_path / "input"
    path.write_bytes(BAD_FILES[row](pem, to_der(pki / "leaf.pem")))
    for words in (["pins", path], ["verify", "--ct", "off", "--chain", path]):
        done = ctl(*words)
        assert done.returncode == FAILED and done.out == ""
        assert str(path) in done.err and len(done.err) < 400


@pytest.mark.parametrize("path", ["/nonexistent", "/", "/dev/null"])
def test_file_that_is_none(path):
    done = ctl("pins", path)
    assert done.returncode == FAILED and path in done.err


def test_pins_lines(pki):
    done = ctl("pins", pki / "chain.pem")
    assert done.returncode == OK
    assert done.out == (f"{pin_of(pki / 'leaf.pem')}  leaf    CN=a.lab\n"
                        f"{pin_of(pki / 'root.pem')}  issuer  CN=lab root\n")


def test_pins_json(pki):
    done = ctl("--json", "pins", pki / "root.pem", "--", pki / "leaf.pem")
    assert [(c["kind"], c["subject"], c["pin"]) for c in json.loads(done.out)] == [
        ("issuer", "CN=lab root", pin_of(pki / "root.pem")),
        ("leaf", "CN=a.lab", pin_of(pki / "leaf.pem"))]


def test_pins_goes_on_after_a_bad_file(pki):
    done = ctl("pins", "/nonexistent", pki / "leaf.pem")
    assert done.returncode == FAILED and done.out.startswith("sha256//")


def test_pins_of_text_around_and_two_der(pki, tmp_path):
    leaf, root = (pki / "leaf.pem").read_bytes(), (pki / "root.pem").read_bytes()
    path = tmp_path / "text"
    path.write_bytes(b"subject=a\n" + leaf + b"\n\x1b[31m between\n" + root + b"end")
    assert ctl("pins", path).out == ctl("pins", pki / "chain.pem").out
    path.write_bytes(to_der(pki / "leaf.pem") + to_der(pki / "root.pem"))
    assert ctl("pins", path).out == ctl("pins", pki / "chain.pem").out


def test_pins_of_1000(pki, tmp_path):
    path = tmp_path / "many"
    path.write_bytes((pki / "leaf.pem").read_bytes() * 1000)
    assert ctl("pins", path).out.count("\n") == 1000


def test_subject_with_control_bytes_is_escaped(pki, tmp_path):
    """NUL, escape, 8-bit and a backslash in a name; the signature is moot here."""
    der = to_der(make_certificate(pki, "odd", subject="/CN=0123456789.lab"))
    path = tmp_path / "odd.der"
    path.write_bytes(der.replace(b"0123456789", b"\0\x1b[31m\n\\\xc3\xa9"))
    done = ctl("pins", path)
    assert done.returncode == OK and done.out.count("\n") == 1
    assert "\\00\\1B[31m\\0A\\\\" in done.out
    done = ctl("verify", "--ct", "off", "--chain", path, "--name", "a.lab", "--roots",
               pki / "root.pem")
    assert done.returncode == REFUSED


# --- the command line -------------------------------------------------------------------


@pytest.mark.parametrize("words, hint", [
    (["verfy"], "'verify'"), (["statu"], "'status'"), (["pin"], "'pins'"),
    (["xyzzy"], "--help"), (["\x1b[31m"], "--help"), ([], "--help"),
    (["--nonsense", "status"], "'--nonsense'"), (["status", "--pin", "x"], "'--pin'"),
    (["status", "now"], "usage"), (["pins"], "usage"), (["probe"], "usage"),
    (["query", "a", "A", "IN"], "usage"), (["--socket"], "PATH"),
])
def test_usage_errors(words, hint):
    done = ctl(*words)
    assert done.returncode == USAGE and done.out == "" and hint in done.err


def test_help_and_version():
    for command in ("status", "probe", "verify", "pins", "query", "flush", "reload",
                    "stats"):
        assert command in ctl("--help").out
        done = ctl(command, "--help")
        assert done.returncode == OK and f"usage: pintlectl {command}" in done.out
    assert ctl("--version").out.startswith("pintlectl ")


def test_output_that_cannot_be_written(pki):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([BUILD / "pintlectl", "pins", pki / "leaf.pem"],
                              stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == FAILED


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
    "name": (["auth_name: b.lab"], ["name_mismatch"], True),
    "root": (["auth_name: a.lab", "ca_file: ROGUE"], ["pkix_untrusted"], False),
}


@pytest.mark.parametrize("row", PROBED)
def test_probe_upstream_refused(pki, tmp_path, server, row):
    lines, reasons, verified = PROBED[row]
    make_certificate(pki, "rogue", "basicConstraints=critical,CA:TRUE")
    config = write_config(tmp_path, pki, server(tls_with(pki)).port, *lines)
    if "ca_file: ROGUE" in lines:
        text = config.read_text().replace(f"    ca_file: {pki / 'root.pem'}\n", "")
        config.write_text(text.replace("ROGUE", str(pki / "rogue.pem")))
    done = ctl("-c", config, "probe", "lab", "--json")
    assert done.returncode == REFUSED, done.err
    assert json.loads(done.out)["reasons"] == reasons
    text = ctl("-c", config, "probe", "lab").out
    # What did not verify is not offered for copying.
    assert ("pins: [" in text) is verified


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


# --- the control socket -----------------------------------------------------------------------


@pytest.fixture(name="daemon")
def fixture_daemon(tmp_path):
    """daemon(reply) answers one connection; .asked is what it was asked."""
    listeners = []

    class Daemon(threading.Thread):
        def __init__(self, reply):
            super().__init__(daemon=True)
            self.path = tmp_path / f"control{len(listeners)}.sock"
            self.reply = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
            self.asked = None
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(str(self.path))
            self.listener.listen(1)
            listeners.append(self.listener)
            self.start()

        def run(self):
            connection = self.listener.accept()[0]
            with connection:
                line = connection.makefile("rb").readline()
                self.asked = json.loads(line)
                try:
                    connection.sendall(self.reply)
                except OSError:
                    pass  # the client had enough

        def ask(self, *words):
            done = ctl("--socket", self.path, *words)
            self.join(10)
            return done

    yield Daemon
    for listener in listeners:
        listener.close()


def upstream(name, state, **more):
    return {
        "name": name, "protocol": "dot", "state": state,
        "addresses": ["192.0.2.1:853"],
        "connection": {"state": "closed", "address": None, "tls": None},
        "retry_in_ms": 0, "last_failure": None, "verdict": None, "exceptions": [],
        "latency_ms": None, "queries": 0, "answers": 0, "handshakes": 0,
        "mismatched_answers": 0, **more}


def status_of(*upstreams):
    return {
        "ok": True, "version": "0.1.0", "pid": 7, "uptime_s": 93784, "config": "/etc/x",
        "listen": ["127.0.0.1:53"], "upstreams": list(upstreams),
        "cache": {"entries": 1, "bytes": 100, "size_bytes": 8388608, "hits": 1,
                  "misses": 2, "evictions": 0},
        "queries": {"received": 5, "answered": 4, "in_flight": 1, "tcp_clients": 0}}


GOOD = upstream("alpha", "good", latency_ms=12, exceptions=["pins_only"],
                verdict={"accepted": True, "explanation": "accepted, pins only"},
                connection={"state": "open", "address": "192.0.2.1:853",
                            "tls": "TLSv1.3"})
BAD = upstream("beta", "refused", retry_in_ms=4100, last_failure={
    "kind": "refused", "text": "pin_mismatch: no key in the chain is pinned"})


@pytest.mark.parametrize("upstreams, first", [
    ([GOOD, BAD], "pintle works: 1 of 2 upstreams"),
    ([BAD, BAD], "pintle does NOT work: none of 2"),
    ([upstream("new", "unknown")], "pintle runs; no upstream was asked yet"),
    ([upstream("new", "unknown"), BAD], "pintle does NOT work"),
])
def test_status_says_whether_it_works(daemon, upstreams, first):
    one = daemon(status_of(*upstreams))
    done = one.ask("status")
    assert done.returncode == OK and done.out.startswith(first)
    assert one.asked == {"command": "status"}
    assert len(done.out.splitlines()) <= 24


def test_status_lines(daemon):
    lines = daemon(status_of(GOOD, BAD)).ask("status").out.splitlines()
    alpha, = [line for line in lines if "alpha" in line]
    beta, = [line for line in lines if "beta" in line]
    assert all(w in alpha for w in ("good", "12 ms", "TLSv1.3", "accepted", "pins_only"))
    assert all(w in beta for w in ("refused", "pin_mismatch: no key", "next try in 5 s"))
    assert any("1d 02:03:04" in line for line in lines)


def test_status_json_is_the_daemons(daemon):
    said = json.loads(daemon(status_of(GOOD)).ask("status", "--json").out)
    assert said == status_of(GOOD)


def test_status_of_hostile_text(daemon):
    """ctl() looks for the escape bytes."""
    odd = "\x1b[2J\n\u202e\u00e9" * 50
    one = status_of(upstream(odd, odd, addresses=[odd], exceptions=[odd], last_failure={
        "kind": odd, "text": odd}))
    one["version"] = one["config"] = odd
    assert daemon(one).ask("status").returncode == OK
    assert daemon(one).ask("status", "--json").returncode == OK


@pytest.mark.parametrize("answer", [
    {"ok": True}, {"ok": True, "upstreams": 7}, {"ok": True, "upstreams": [7, None, []]},
    {"ok": True, "listen": {}, "cache": [], "queries": "x", "uptime_s": -1, "pid": "x"},
    {"ok": True, "upstreams": [{"connection": 5, "addresses": [5], "exceptions": [5]}]},
])
def test_status_of_other_shapes(daemon, answer):
    assert daemon(answer).ask("status").returncode == OK


@pytest.mark.parametrize("reply", [
    b"", b"\n", b"{", b"[]", b"null", b"{}", b'{"ok": true', b'{"ok": true} x',
    b'{"ok": "\xff"}', b'{"ok": true, "a": "\\u0000"}', b"[" * 100000, b"\0" * 1000,
    b'{"a":' * 5000, b"HTTP/1.1 400 Bad Request\r\n\r\n",
], ids=lambda reply: repr(reply[:24]))
def test_what_answers_is_not_pintle(daemon, reply):
    done = daemon(reply).ask("status")
    assert done.returncode == FAILED and "not pintle" in done.err and done.out == ""


def test_answer_without_end_is_cut(daemon):
    done = daemon(b'{"ok": "' + b"x" * (5 << 20)).ask("status")
    assert done.returncode == FAILED and "longer than" in done.err


@pytest.mark.parametrize("sent, code", [
    ({"exit": 2}, USAGE), ({"exit": 3}, REFUSED), ({"exit": 78}, CONFIG), ({}, FAILED),
    ({"exit": 0}, FAILED), ({"exit": 256}, FAILED), ({"exit": "3"}, FAILED),
])
def test_daemon_refuses(daemon, sent, code):
    done = daemon({"ok": False, "error": "no\x1b[31m such thing", **sent}).ask("reload")
    assert done.returncode == code and "such thing" in done.err and done.out == ""
    done = daemon({"ok": False, **sent}).ask("reload", "--json")
    assert done.returncode == code and json.loads(done.out)["ok"] is False


def test_ok_must_be_true(daemon):
    assert daemon({"ok": 1}).ask("reload").returncode == FAILED


def test_no_daemon(tmp_path):
    done = ctl("--socket", tmp_path / "none", "status")
    assert done.returncode == FAILED and "pintle does not run" in done.err
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(tmp_path / "stale"))
    done = ctl("--socket", tmp_path / "stale", "status")
    assert done.returncode == FAILED and "pintle does not run" in done.err
    assert ctl("--socket", "/" + "x" * 200, "status").returncode == USAGE


@pytest.mark.parametrize("words, asked", [
    (["reload"], {"command": "reload"}),
    (["stats"], {"command": "stats"}),
    (["flush"], {"command": "flush"}),
    (["flush", "a.lab"], {"command": "flush", "name": "a.lab"}),
])
def test_orders(daemon, words, asked):
    one = daemon({"ok": True, "removed": 3, "cache": {"hits": 7}})
    done = one.ask(*words)
    assert done.returncode == OK and one.asked == asked
    assert "removed 3\n" in done.out and "cache.hits 7\n" in done.out
    assert json.loads(daemon({"ok": True}).ask(*words, "--json").out) == {"ok": True}


# --- query -----------------------------------------------------------------------------------------


def reply_of(rcode=0, ede=None, wire=None, records=(), name="a.lab."):
    message = dns.message.make_response(dns.message.make_query(name, "A"))
    message.set_rcode(rcode)
    message.answer = [dns.rrset.from_text(*record) for record in records]
    wire = message.to_wire() if wire is None else wire
    return {
        "ok": True, "rcode": dns.rcode.to_text(rcode), "upstream": "alpha",
        "from_cache": False, "ede": ede, "wire": base64.b64encode(wire).decode()}


ADDRESS = ("a.lab.", 300, "IN", "A", "192.0.2.7")


def test_query_asks(daemon):
    one = daemon(reply_of())
    one.ask("query", "a.lab")
    assert one.asked == {"command": "query", "name": "a.lab", "type": "A"}
    one = daemon(reply_of())
    one.ask("query", "a.lab", "--upstream", "alpha", "TXT")
    assert one.asked == {
        "command": "query", "name": "a.lab", "type": "TXT", "upstream": "alpha"}


def test_query_name_that_json_cannot_write():
    assert ctl("query", os.fsdecode(b"\xff.lab")).returncode == USAGE


def test_query_text(daemon):
    done = daemon(reply_of(records=[ADDRESS])).ask("query", "a.lab")
    assert done.returncode == OK
    assert "a.lab.\t300\tIN\tA\t192.0.2.7" in done.out and "from alpha" in done.out


def test_query_json(daemon):
    odd = 'q"\\\\\\000b.lab.'  # a quote, a backslash, a NUL
    records = [ADDRESS, ("a.lab.", 60, "IN", "TXT", '"x\\"y\\\\ \\027[31m"'),
               (odd, 1, "IN", "TYPE65280", "\\# 2 abcd")]
    done = daemon(reply_of(records=records, name=odd)).ask("query", "a.lab", "--json")
    message = json.loads(done.out)["message"]
    assert message["header"]["rcode"] == 0 and message["question"]["type"] == "A"
    address, text, unknown = message["answer"]
    assert address == {
        "name": "a.lab.", "ttl": 300, "class": "IN", "type": "A", "data": "192.0.2.7"}
    assert text["data"].startswith('"x\\"y\\\\')
    assert (unknown["type"], unknown["data"].lower()) == ("TYPE65280", "\\# 2 abcd")


@pytest.mark.parametrize("rcode, ede, code", [
    (0, None, OK), (3, None, OK), (2, None, FAILED), (5, None, FAILED),
    (2, {"code": 28, "text": "alpha: pin_mismatch\x1b[31m"}, REFUSED),
    (2, {"code": 22, "text": "no reachable authority"}, FAILED),
    (0, {"code": 3, "text": "stale"}, OK), (0, {"code": 28, "text": "x"}, OK),
])
def test_query_exit_code(daemon, rcode, ede, code):
    done = daemon(reply_of(rcode, ede)).ask("query", "a.lab")
    assert done.returncode == code
    assert ede is None or f"extended error {ede['code']}: {ede['text'][:5]}" in done.out


@pytest.mark.parametrize("wire", [
    b"", b"x", bytes(11), b"\xff" * 12, b"\xff" * 70000, "not base64", None, 7,
], ids=lambda wire: repr(wire)[:20])
def test_query_bad_wire(daemon, wire):
    answer = reply_of(wire=wire if isinstance(wire, bytes) else b"")
    if not isinstance(wire, bytes):
        answer["wire"] = wire
    done = daemon(answer).ask("query", "a.lab")
    # Twelve bytes are a header, whatever it says; less is no message.
    assert done.returncode == (OK if wire == b"\xff" * 12 else FAILED)


def test_query_cut_and_damaged_messages(daemon):
    """Whatever getdns makes of it: no crash, no stray byte."""
    whole = base64.b64decode(reply_of(records=[
        ADDRESS, ("a.lab.", 1, "IN", "MX", "10 b.a.lab."),
        ("a.lab.", 1, "IN", "RRSIG", "A 13 2 60 20300101000000 20200101000000 1 a.lab. AA=="),
    ])["wire"])
    for at in range(0, len(whole), 7):
        damaged = whole[:at] + b"\xff" + whole[at + 1:]
        for wire in (whole[:at], damaged):
            for words in ([], ["--json"]):
                done = daemon(reply_of(wire=wire)).ask("query", "a.lab", *words)
                assert done.returncode in (OK, FAILED)
