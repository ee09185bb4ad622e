"""Signed zones under a root of their own, made for one run of a test: every algorithm
and kind of denial that is in use, and what breaks a chain. BIND's tools sign; what is to
be wrong is done to the signed zone."""

import os
import shutil
import subprocess

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.zone

TYPE = dns.rdatatype
# dnssec-signzone's; ldns-signzone takes any.
BIND_ITERATIONS_MAX = 150
SERVER = "ns.tld."

# In every zone. "b" and "ent.b" are empty non-terminals.
COMMON = """
www A 192.0.2.1
www AAAA 2001:db8::1
www TXT "www"
mail MX 10 www
a.ent.b TXT "below an empty non-terminal"
*.wild A 192.0.2.2
*.wild TXT "wildcard"
host.wild A 192.0.2.3
alias CNAME www
alias2 CNAME alias
aliasnx CNAME nothere
aliaswild CNAME x.wild
*.cwild CNAME www
old DNAME new
a.new A 192.0.2.4
big TXT "{big}"
odd TYPE65280 \\# 3 010203
loc HTTPS 1 www alpn=h2
""".format(big='" "'.join(["x" * 200] * 5))

# Pairs to ask about in each zone; "@" is its apex.
PAIRS = [
    ("www", "A"), ("www", "AAAA"), ("www", "TXT"), ("www", "MX"), ("www", "DS"),
    ("mail", "MX"), ("nothere", "A"), ("deep.nothere", "AAAA"), ("www.www", "A"),
    ("b", "A"), ("ent.b", "A"), ("a.ent.b", "TXT"), ("x.ent.b", "A"),
    ("x.wild", "A"), ("x.y.wild", "A"), ("x.wild", "MX"), ("wild", "A"),
    ("*.wild", "A"), ("host.wild", "A"), ("host.wild", "TXT"), ("x.host.wild", "A"),
    ("alias", "A"), ("alias", "CNAME"), ("alias", "MX"), ("alias2", "AAAA"),
    ("aliasnx", "A"), ("aliaswild", "A"), ("x.cwild", "A"), ("x.cwild", "CNAME"),
    ("a.old", "A"), ("x.old", "A"), ("old", "DNAME"), ("old", "A"),
    ("big", "TXT"), ("odd", "TYPE65280"), ("loc", "HTTPS"),
    ("@", "SOA"), ("@", "NS"), ("@", "DNSKEY"), ("@", "DS"), ("@", "A"),
]


class Zone:
    """One zone. `edit` is done to the signed zone, `ds` says what the parent is told:
    None for nothing, "good", "edited" for that of the key as it is afterwards, or a
    function of the DS that makes another one."""

    def __init__(self, name, algorithm="ECDSAP256SHA256", nsec3=None, records="", edit=None,
                 ds="good", start="now-1h", end="now+30d", keys=1, digest="2",
                 common=True):  # pylint: disable=too-many-arguments
        self.name, self.algorithm, self.nsec3 = name, algorithm, nsec3
        self.records, self.edit, self.ds = records, edit, ds
        self.start, self.end, self.keys, self.digest = start, end, keys, digest
        self.common = common
        self.ds_records = []

    @property
    def origin(self):
        return dns.name.from_text(self.name)

    def names(self):
        """(name, type) of all pairs that are asked about."""
        origin = self.origin
        return [(str(dns.name.from_text(label, origin) if label != "@" else origin), kind)
                for label, kind in PAIRS]


# --- what is done to a signed zone ------------------------------------------------

def drop(zone, *kinds, covers=None, owner=None):
    """Takes record sets of these types out, everywhere or at one name."""
    for name in list(zone.nodes):
        if owner is not None and str(name) != owner:
            continue
        node = zone.nodes[name]
        node.rdatasets = [r for r in node.rdatasets if not (
            r.rdtype in kinds and (covers is None or r.covers in covers))]
        if not node.rdatasets:
            del zone.nodes[name]


def no_signatures(zone):
    drop(zone, TYPE.RRSIG)


def no_signature_of_www(zone):
    drop(zone, TYPE.RRSIG, owner="www", covers=[TYPE.A, TYPE.AAAA, TYPE.TXT])


def no_keys(zone):
    drop(zone, TYPE.DNSKEY)
    drop(zone, TYPE.RRSIG, covers=[TYPE.DNSKEY])


def no_denial(zone):
    drop(zone, TYPE.NSEC, TYPE.NSEC3)
    drop(zone, TYPE.RRSIG, covers=[TYPE.NSEC, TYPE.NSEC3])


def replace(zone, owner, kind, change):
    rdataset = zone.nodes[dns.name.from_text(owner, None)].get_rdataset(
        dns.rdataclass.IN, kind)
    changed = [change(rdata) for rdata in rdataset]
    rdataset.clear()
    for rdata in changed:
        rdataset.add(rdata)


def tampered(zone):
    """Somebody put another address there."""
    replace(zone, "www", TYPE.A,
            lambda rdata: dns.rdata.from_text("IN", "A", "192.0.2.66"))


def with_signature(rrsig, **changes):
    """The same but for that."""
    return rrsig.replace(**changes)


def each_signature(zone, change):
    for node in zone.nodes.values():
        for rdataset in node.rdatasets:
            if rdataset.rdtype == TYPE.RRSIG:
                changed = [change(rdata) for rdata in rdataset]
                rdataset.clear()
                for rdata in changed:
                    rdataset.add(rdata)


def flipped(zone):
    """One bit of every signature but the keys'."""
    def flip(rrsig):
        if rrsig.type_covered == TYPE.DNSKEY:
            return rrsig
        s = rrsig.signature
        return with_signature(rrsig, signature=s[:-1] + bytes([s[-1] ^ 1]))
    each_signature(zone, flip)


def unknown_algorithm(zone):
    replace(zone, "@", TYPE.DNSKEY, lambda key: key.replace(algorithm=201))
    each_signature(zone, lambda rrsig: with_signature(rrsig, algorithm=201))


def no_zone_key(zone):
    """Without the Zone Key bit no key may sign a zone (RFC 4034 §2.1.1)."""
    replace(zone, "@", TYPE.DNSKEY, lambda key: key.replace(flags=1))


# --- what the parent is told ------------------------------------------------------

def ds_of_nobody(ds):
    return ds.replace(digest=bytes(reversed(ds.digest)))


def ds_unknown_digest(ds):
    return ds.replace(digest_type=250)


def ds_unknown_algorithm(ds):
    return ds.replace(algorithm=201)


# Records of zones that point into others.
ACROSS = """
to-rsa CNAME www.rsa.tld.
to-rsanx CNAME nothere.rsa.tld.
to-wild CNAME q.wild.p256n3.tld.
to-nodata CNAME mail.ed25519.tld.
to-insecure CNAME www.insecure.tld.
to-insecurenx CNAME nothere.insecure.tld.
to-expired CNAME www.expired.tld.
to-tampered CNAME www.tampered.tld.
to-alias CNAME alias2.p384.tld.
to-chain CNAME to-rsa.p256.tld.
to-optout CNAME www.sub.optout.tld.
out DNAME rsa.tld.
out-insecure DNAME insecure.tld.
out-bogus DNAME tampered.tld.
"""
ACROSS_PAIRS = [
    ("to-rsa", "A"), ("to-rsa", "MX"), ("to-rsanx", "A"), ("to-wild", "A"),
    ("to-wild", "AAAA"), ("to-nodata", "A"), ("to-insecure", "A"), ("to-insecure", "CNAME"),
    ("to-insecurenx", "A"), ("to-expired", "A"), ("to-expired", "CNAME"),
    ("to-tampered", "A"), ("to-alias", "A"), ("to-chain", "A"), ("to-optout", "A"),
    ("www.out", "A"), ("nothere.out", "A"), ("x.wild.out", "A"), ("out", "DNAME"),
    ("www.out-insecure", "A"), ("www.out-bogus", "A"), ("alias.out", "A"),
]

# A parent comes behind its children. The names say what is the matter.
ZONES = [
    Zone("rsa.tld", "RSASHA256", keys=2, records=ACROSS),
    Zone("rsa512.tld", "RSASHA512"),
    Zone("rsasha1.tld", "RSASHA1"),
    Zone("grand.child.p256.tld"),
    Zone("child.p256.tld"),
    Zone("unsigned.p256.tld", algorithm=None),
    Zone("p256.tld", records=ACROSS),
    Zone("p384.tld", "ECDSAP384SHA384", digest="4"),
    Zone("ed25519.tld", "ED25519", records=ACROSS),
    Zone("ed448.tld", "ED448"),
    Zone("rsan3.tld", "RSASHA256", nsec3=("-", 0), records=ACROSS),
    Zone("sub.p256n3.tld"),
    Zone("unsigned.p256n3.tld", algorithm=None),
    Zone("9.8.7.6.5.4.3.2.1.p256n3.tld", algorithm=None),
    Zone("p256n3.tld", nsec3=("aabbccdd", 10)),
    Zone("edge.tld", nsec3=("aa", 100)),
    Zone("high.tld", nsec3=("aa", 150)),
    Zone("far.tld", nsec3=("aa", 500)),
    Zone("extreme.tld", nsec3=("aa", 3000)),
    Zone("sub.optout.tld"),
    Zone("unsigned.optout.tld", algorithm=None),
    Zone("optout.tld", nsec3=("-", 0, "-A")),
    Zone("island.insecure.tld", ds=None),
    Zone("insecure.tld", algorithm=None, records=ACROSS),
    Zone("expired.tld", start="now-60d", end="now-1d"),
    Zone("future.tld", start="now+5d", end="now+30d"),
    Zone("wrongkey.tld", ds=ds_of_nobody),
    Zone("stripped.tld", edit=no_signatures),
    Zone("striptwww.tld", edit=no_signature_of_www),
    Zone("nokeys.tld", edit=no_keys),
    Zone("nodenial.tld", edit=no_denial),
    Zone("nodenialn3.tld", nsec3=("-", 0), edit=no_denial),
    Zone("tampered.tld", edit=tampered),
    Zone("flipped.tld", edit=flipped),
    Zone("flippedrsa.tld", "RSASHA256", edit=flipped),
    Zone("nozonekey.tld", edit=no_zone_key, ds="edited"),
    Zone("newalgorithm.tld", edit=unknown_algorithm, ds=ds_unknown_algorithm),
    Zone("newdigest.tld", ds=ds_unknown_digest),
    Zone("neverds.tld", ds=None),
    Zone("tld", "RSASHA256", common=False, records="ns A 127.0.0.1\n"),
    Zone(".", common=False),
]


def bind_time(text):
    """"now-1h" in dnssec-signzone's own words, which are counted in seconds."""
    sign, number, unit = text[3], int(text[4:-1]), text[-1]
    seconds = number * {"h": 3600, "d": 86400}[unit]
    return f"now{sign}{seconds}"


class World:
    """The zones as files of a directory: `files` by name. `anchor` is a file with the
    root's DS."""

    def __init__(self, directory, zones=None):
        self.directory = str(directory)
        self.zones = {zone.name: zone for zone in (zones or ZONES)}
        self.files, self.anchor = {}, os.path.join(self.directory, "root.ds")
        for zone in self.zones.values():
            self.make(zone)

    def path(self, zone, ending):
        return os.path.join(self.directory, (zone.name.strip(".") or "root") + ending)

    def children(self, zone):
        """Those that are delegated from it."""
        for other in self.zones.values():
            above = [z for z in self.zones.values() if z is not other
                     and other.origin.is_subdomain(z.origin)]
            if above and max(above, key=lambda z: len(z.origin)) is zone:
                yield other

    def text(self, zone):
        lines = [f"$ORIGIN {zone.origin}", "$TTL 300",
                 f"@ SOA {SERVER} hostmaster.tld. 1 7200 3600 1209600 60",
                 f"@ NS {SERVER}"]
        lines += (COMMON if zone.common else "").splitlines() + zone.records.splitlines()
        for child in self.children(zone):
            lines.append(f"{child.origin} NS {SERVER}")
            lines += [f"{child.origin} DS {ds}" for ds in child.ds_records]
        return "\n".join(lines) + "\n"

    def run(self, *command):
        done = subprocess.run(command, cwd=self.directory, capture_output=True, text=True,
                              check=False, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout

    def make(self, zone):
        plain = self.path(zone, ".zone")
        with open(plain, "w", encoding="ascii") as file:
            file.write(self.text(zone))
        self.files[zone.name] = plain
        if zone.algorithm is not None:
            self.files[zone.name] = self.sign(zone, plain)

    def generate(self, zone, *options):
        return self.run("dnssec-keygen", "-q", "-a", zone.algorithm, *options,
                        zone.name).strip().splitlines()[-1]

    def sign(self, zone, plain):
        keys = [self.generate(zone, "-f", "KSK")]
        keys += [self.generate(zone) for _ in range(zone.keys - 1)]
        signed = self.path(zone, ".signed")
        options = ["-P", "-K", self.directory, "-f", signed, "-o", zone.name, "-x",
                   "-s", bind_time(zone.start), "-e", bind_time(zone.end)]
        options += ["-z"] if zone.keys == 1 else []
        if zone.nsec3 is not None:
            salt, iterations, *rest = zone.nsec3
            options += ["-3", salt, "-H", str(iterations), *rest]
        if zone.nsec3 is not None and zone.nsec3[1] > BIND_ITERATIONS_MAX:
            self.run("ldns-signzone", "-u", "-n", "-s", zone.nsec3[0], "-t",
                     str(zone.nsec3[1]), "-o", zone.name, "-f", signed, plain, *keys)
        else:
            self.run("dnssec-signzone", "-S", *options, plain)
        self.tell_parent(zone, keys[0])
        if zone.edit is not None:
            self.do_edit(zone, signed)
        return signed

    def tell_parent(self, zone, key):
        line = self.run("dnssec-dsfromkey", "-a", {"2": "SHA-256", "4": "SHA-384"}[
            zone.digest], key + ".key").split(None, 3)[3]
        ds = dns.rdata.from_text("IN", "DS", line)
        if callable(zone.ds):
            ds = zone.ds(ds)
        if zone.ds is not None:
            zone.ds_records = [ds.to_text()]
        if zone.name == ".":
            with open(self.anchor, "w", encoding="ascii") as file:
                file.write(f". IN DS {ds.to_text()}\n")

    @staticmethod
    def do_edit(zone, path):
        """And the DS of what is the key then."""
        content = dns.zone.from_file(path, zone.name, relativize=True, check_origin=False)
        zone.edit(content)
        content.to_file(path, relativize=False, want_origin=True)
        if zone.ds == "edited":
            key = content.get_rdataset("@", TYPE.DNSKEY)[0]
            zone.ds_records = [dns.dnssec.make_ds(zone.origin, key, "SHA256").to_text()]

    def pairs(self):
        """All (name, type) that are asked about."""
        for zone in self.zones.values():
            if zone.common:
                yield from zone.names()
            if zone.records == ACROSS:
                for label, kind in ACROSS_PAIRS:
                    yield str(dns.name.from_text(label, zone.origin)), kind


def tools_missing():
    """Which of the programs that are needed are not installed."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    return [name for name in ("dnssec-keygen", "dnssec-signzone", "dnssec-dsfromkey",
                              "ldns-signzone", "nsd", "unbound") if shutil.which(name, path=path) is None]
