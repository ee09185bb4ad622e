"""pintlectl verify and pins: exit codes and words."""
import base64
import json
import subprocess

import pytest

from pintlectl import (  # noqa: F401 (fixtures among them)
    BUILD, CLOUDFLARE, FAILED, OK, OTHER_PIN, REFUSED, USAGE, ctl,
    fixture_cloudflare, fixture_pki, make_certificate, pin_of, to_der,
)

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
        "configured": 2, "ok": True, "matched": pin, "report_only": False,
        "learned": None}


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
    ("CT required", ["--ct", "require"], REFUSED),
    ("CT reported", ["--ct", "report"], OK),
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
    assert code != USAGE or (done.err.startswith("pintlectl: ") and done.out == "")


def test_verify_requires_ct_by_default(pki):
    done = ctl("verify", "--chain", pki / "chain.pem", "--roots", pki / "root.pem")
    assert done.returncode == REFUSED and done.out.startswith("refused: ct_no_scts")


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
    for command in ("status", "probe", "verify", "sct", "evidence", "pins", "query",
                    "flush", "reload", "stats"):
        assert command in ctl("--help").out
        done = ctl(command, "--help")
        assert done.returncode == OK and f"usage: pintlectl {command}" in done.out
    assert ctl("--version").out.startswith("pintlectl ")


@pytest.mark.parametrize("command, options", [
    ("verify", ["--chain", "--name", "--ct", "--log-list", "--policy", "--sct", "--ocsp"]),
    ("sct", ["--chain", "--issuer", "--log-list", "--policy", "--at"]),
    ("probe", ["--ct", "--log-list", "--policy"]),
    ("evidence", ["--state-dir", "--log-list", "--policy"]), ("status", []),
])
def test_help_has_a_commands_own_options(command, options):
    """And no other's; those of every command are in each."""
    everything = {"--chain", "--name", "--ct", "--log-list", "--policy", "--sct", "--ocsp",
                  "--issuer", "--at", "--state-dir", "--upstream"}
    lines = ctl(command, "--help").out.splitlines()
    said = {line.split()[0] for line in lines if line.startswith("  --")}
    assert set(options) <= said and "--json" in said
    assert said & everything - {"--at"} <= set(options) | {"--at"}


def test_output_that_cannot_be_written(pki):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([BUILD / "pintlectl", "pins", pki / "leaf.pem"],
                              stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == FAILED
