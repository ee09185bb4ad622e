"""What each SCT of a certificate is a signature over (RFC 6962 §3.2), put together
here from the DER alone, so that `openssl dgst` can say whether its log signed it.

    signed_bytes.py LOG_LIST precert|x509 LEAF.pem ISSUER.pem DIRECTORY [SCTS]

SCTS is a SignedCertificateTimestampList; without it those in the certificate are
taken. Writes N.signed, N.signature and N.key, and prints a line each: N, the log."""

import base64
import hashlib
import json
import os
import sys

SCT_EXTENSION = bytes.fromhex("060a2b06010401d679020402")  # 1.3.6.1.4.1.11129.2.4.2
CONTEXT_3, SEQUENCE, OCTET_STRING = 0xA3, 0x30, 0x04


def read_pem(path):
    with open(path, encoding="ascii") as file:
        text = file.read()
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    return base64.b64decode(text[text.index(begin) + len(begin):text.index(end)])


def parse(der):
    """The elements in `der`: (tag, content, all of it)."""
    elements, at = [], 0
    while at < len(der):
        tag, length, start = der[at], der[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length = int.from_bytes(der[start:start + size], "big")
            start += size
        elements.append((tag, der[start:start + length], der[at:start + length]))
        at = start + length
    return elements


def wrap(tag, content):
    n = len(content)
    if n < 0x80:
        return bytes([tag, n]) + content
    size = (n.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + n.to_bytes(size, "big") + content


def tbs_of(der):
    return parse(parse(der)[0][1])[0]


def key_of(der):
    """The SubjectPublicKeyInfo: the seventh field, behind [0] version."""
    return parse(tbs_of(der)[1])[6][2]


def split_scts(der):
    """The TBSCertificate without its SCT extension, and that one's list."""
    fields, scts = [], b""
    for tag, content, whole in parse(tbs_of(der)[1]):
        if tag == CONTEXT_3:
            kept = []
            for _, extension, all_of_it in parse(parse(content)[0][1]):
                if extension.startswith(SCT_EXTENSION):
                    scts = parse(parse(extension)[-1][1])[0][1]
                else:
                    kept.append(all_of_it)
            whole = wrap(CONTEXT_3, wrap(SEQUENCE, b"".join(kept)))
        fields.append(whole)
    return wrap(SEQUENCE, b"".join(fields)), scts


def items(scts):
    """The SCTs of a list."""
    assert int.from_bytes(scts[:2], "big") == len(scts) - 2
    at = 2
    while at < len(scts):
        n = int.from_bytes(scts[at:at + 2], "big")
        yield scts[at + 2:at + 2 + n]
        at += 2 + n


def entry(kind, leaf, issuer):
    body, head = (leaf, b"\0\0") if kind == "x509" else (
        split_scts(leaf)[0], b"\0\1" + hashlib.sha256(key_of(issuer)).digest())
    return head + len(body).to_bytes(3, "big") + body


def write(directory, name, content):
    with open(os.path.join(directory, name), "wb") as file:
        file.write(content)


def main(list_path, kind, leaf_path, issuer_path, directory, scts_path=None):
    with open(list_path, encoding="utf-8") as file:
        logs = {base64.b64decode(log["log_id"]): log
                for operator in json.load(file)["operators"]
                for log in operator["logs"] + operator["tiled_logs"]}
    leaf, issuer = read_pem(leaf_path), read_pem(issuer_path)
    scts = split_scts(leaf)[1]
    if scts_path is not None:
        with open(scts_path, "rb") as file:
            scts = file.read()
    for number, sct in enumerate(items(scts)):
        log, time = logs[sct[1:33]], sct[33:41]
        end = 43 + int.from_bytes(sct[41:43], "big")
        write(directory, f"{number}.signed",
              b"\0\0" + time + entry(kind, leaf, issuer) + sct[41:end])
        write(directory, f"{number}.signature", sct[end + 4:])
        write(directory, f"{number}.key", base64.b64decode(log["key"]))
        print(f"{number}\t{log['description']}")


main(*sys.argv[1:])
