"""pintlectl as a person runs it, and files that openssl(1) made for it."""
import base64
import os
import pathlib
import subprocess

import pytest

BUILD = pathlib.Path(os.environ.get("builddir", ".")).resolve()
SOURCE = pathlib.Path(os.environ.get("srcdir", ".")).resolve()
CLOUDFLARE = (
    SOURCE.resolve() / "../shared/data/ct-chains/035-2021-10-25-cloudflare-dns.com"
)
OTHER_PIN = "sha256//" + base64.b64encode(bytes(32)).decode()
OK, FAILED, USAGE, REFUSED, CONFIG = 0, 1, 2, 3, 78


# Longer than all that pintlectl itself waits for: what hangs is to end with its words.
TIMEOUT_S = 180


def ctl(*words, before=(), program=BUILD / "pintlectl", **more):
    """Runs pintlectl, with `before` in front of it; nothing but text may reach a
    terminal."""
    done = subprocess.run(
        [*before, *map(str, (program, *words))],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        timeout=TIMEOUT_S, check=False, **more)
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
