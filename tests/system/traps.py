"""Zones that are made to cost their validator as much as can be: many keys with one tag,
and many signatures by that tag, so that each may be the one (CVE-2023-50387)."""

import base64
import os
import random
import re

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
from cryptography.hazmat.primitives.asymmetric import rsa

from zones import SERVER, Zone

IN, TYPE = dns.rdataclass.IN, dns.rdatatype
NAMES = 150
RSASHA256 = 8
KEY_HEAD = b"\x01\x00\x03\x08"  # flags, protocol, algorithm (RFC 4034 §2.1)


def private_key(directory, zone):
    """A zone's one RSA key, out of the file of BIND's tools."""
    name = next(f for f in os.listdir(directory)
                if f.startswith(f"K{zone}.+008+") and f.endswith(".private"))
    with open(os.path.join(directory, name), encoding="ascii") as file:
        fields = dict(re.findall(r"(\w+): (\S+)\n", file.read()))

    def number(key):
        return int.from_bytes(base64.b64decode(fields[key]), "big")
    public = rsa.RSAPublicNumbers(number("PublicExponent"), number("Modulus"))
    return rsa.RSAPrivateNumbers(
        number("Prime1"), number("Prime2"), number("PrivateExponent"), number("Exponent1"),
        number("Exponent2"), number("Coefficient"), public).private_key()


def key_with_tag(tag, rng):
    """A DNSKEY that could be an RSA key of 1024 bits, with that tag (RFC 4034, B)."""
    while True:
        rdata = (KEY_HEAD + b"\x03\x01\x00\x01" + bytes([rng.randrange(128, 256)]) +
                 rng.randbytes(125))
        total = sum(b << 8 if i % 2 == 0 else b for i, b in enumerate(rdata))
        for last in range(1, 0x10000, 2):
            if (total + last + ((total + last) >> 16)) & 0xffff == tag:
                rdata += last.to_bytes(2, "big")
                return dns.rdata.from_wire(IN, TYPE.DNSKEY, rdata, 0, len(rdata))


class Trap:
    """What is done to a signed zone: `keys` with the tag of the real one, and so many
    signatures by it over each address that are not worth anything."""

    def __init__(self, directory, name, keys, signatures):
        self.directory, self.name = directory, name
        self.keys, self.signatures = keys, signatures
        self.rng = random.Random(name)

    def __call__(self, zone):
        apex = zone.nodes[dns.name.empty]
        keys = apex.get_rdataset(IN, TYPE.DNSKEY)
        real = keys[0]
        tag = dns.dnssec.key_id(real)
        for _ in range(self.keys):
            keys.add(key_with_tag(tag, self.rng))
        proof = apex.get_rdataset(IN, TYPE.RRSIG, TYPE.DNSKEY)
        first = proof[0]
        origin = dns.name.from_text(self.name)
        proof.clear()
        proof.add(dns.dnssec.sign(
            (origin, keys), private_key(self.directory, self.name), origin, real,
            inception=first.inception, expiration=first.expiration))
        for node in zone.nodes.values():
            signed = node.get_rdataset(IN, TYPE.RRSIG, TYPE.A)
            if signed is not None:
                self.spoil(signed)

    def spoil(self, signed):
        model = signed[0]
        signed.clear()
        for _ in range(self.signatures):
            signed.add(model.replace(signature=self.rng.randbytes(len(model.signature))))


def trap(directory, name, keys, signatures):
    """A zone with n0 to n149, each a trap."""
    records = "".join(f"n{i} A 192.0.2.9\n" for i in range(NAMES))
    return Zone(name, "RSASHA256", common=False, records=records,
                edit=Trap(directory, name, keys, signatures))


def trap_zones(directory):
    """With more than any validator allows, and with what ours just does. And a zone
    that others ask about meanwhile."""
    many = "".join(f"m{i} A 192.0.2.8\n" for i in range(1000))
    return [trap(directory, "huge.tld", 100, 100), trap(directory, "within.tld", 1, 8),
            Zone("p256.tld", records=many),
            Zone("tld", common=False, records=f"{SERVER} A 127.0.0.1\n"),
            Zone(".", common=False)]
