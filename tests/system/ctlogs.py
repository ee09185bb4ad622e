"""CT logs of our own, with openssl(1) for the cryptography: their list, and SCTs by TLS
extension or embedded (RFC 6962, section 3)."""
import base64
import hashlib
import json

from pintlectl import openssl, to_der

SCT_EXTENSION = bytes.fromhex("060a2b06010401d679020402")  # 1.3.6.1.4.1.11129.2.4.2


def number(value, width):
    return value.to_bytes(width, "big")


def vector(content, width):
    return number(len(content), width) + content


# --- DER --------------------------------------------------------------------------


def tlv(tag, content):
    n = len(content)
    if n < 128:
        return bytes([tag, n]) + content
    size = (n.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + number(n, size) + content


def children(der):
    """The elements in a constructed one, each whole."""
    def head(at):
        first = der[at + 1]
        if first < 128:
            return at + 2, first
        width = first & 0x7F
        return at + 2 + width, int.from_bytes(der[at + 2:at + 2 + width], "big")

    at, n = head(0)
    end, out = at + n, []
    while at < end:
        body, n = head(at)
        out.append(der[at:body + n])
        at = body + n
    return out


def spki_hash(certificate):
    key = openssl("x509", "-in", certificate, "-noout", "-pubkey")
    return hashlib.sha256(openssl("pkey", "-pubin", "-outform", "DER", input=key)).digest()


def sign(key, what):
    return openssl("dgst", "-sha256", "-sign", key, input=what)


# --- logs -------------------------------------------------------------------------


class Log:
    """A log with its key in where/NAME.key."""

    def __init__(self, where, name, operator, state="usable", **members):
        self.name, self.operator, self.key = name, operator, where / f"{name}.key"
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-out", self.key)
        self.spki = openssl("pkey", "-in", self.key, "-pubout", "-outform", "DER")
        self.id = hashlib.sha256(self.spki).digest()
        self.members = {
            "description": name, "log_id": base64.b64encode(self.id).decode(),
            "key": base64.b64encode(self.spki).decode(), "mmd": 86400,
            "url": f"https://{name}.lab/",
            "state": {state: {"timestamp": "2020-01-01T00:00:00Z"}}, **members}

    def sct(self, entry, at_s, extensions=b""):
        """`entry`: its type and what was logged, as in what is signed."""
        at = number(at_s * 1000, 8)
        rest = vector(extensions, 2)
        signature = sign(self.key, b"\0\0" + at + entry + rest)
        return b"\0" + self.id + at + rest + b"\4\3" + vector(signature, 2)


def log_list(logs, timestamp="2026-01-01T00:00:00Z", **members):
    """A log_list v3 as a dict."""
    operators = {}
    for log in logs:
        operators.setdefault(log.operator, []).append(log.members)
    return {"version": "1.0", "log_list_timestamp": timestamp,
            "operators": [{"name": name, "email": [], "logs": its}
                          for name, its in operators.items()], **members}


def write_list(path, logs, **members):
    path.write_text(json.dumps(log_list(logs, **members)))
    return path


def x509_entry(leaf):
    return number(0, 2) + vector(to_der(leaf), 3)


def sct_list(*scts):
    return vector(b"".join(vector(sct, 2) for sct in scts), 2)


def embed(where, name, issuer, make_scts):
    """where/NAME-ct.pem: where/NAME.pem with the SCTs that make_scts(entry) gives, signed
    by where/ISSUER.key."""
    tbs, algorithm, _ = children(to_der(where / f"{name}.pem"))
    entry = number(1, 2) + spki_hash(where / f"{issuer}.pem") + vector(tbs, 3)
    extension = tlv(0x30, SCT_EXTENSION + tlv(4, tlv(4, sct_list(*make_scts(entry)))))
    parts = children(tbs)
    wrapped, = children(parts.pop())  # [3], the last of a TBSCertificate
    extensions = tlv(0x30, b"".join(children(wrapped)) + extension)
    final = tlv(0x30, b"".join(parts) + tlv(0xA3, extensions))
    signature = sign(where / f"{issuer}.key", final)
    path = where / f"{name}-ct.pem"
    body = tlv(0x30, final + algorithm + tlv(3, b"\0" + signature))
    path.write_bytes(openssl("x509", "-inform", "DER", "-outform", "PEM", input=body))
    return path
