#!/usr/bin/python3
"""Makes world.txt: the answers of a small signed internet, as an upstream resolver
relays them, for the unit tests of validation. Run by hand; what it writes is committed,
so that tests need none of its tools: dnssec-keygen and dnssec-signzone (BIND), nsd,
unbound, dnspython.

    make_world.py OUT
    make_world.py OUT CORPUS    and the inputs of the fuzz target

All signatures hold from 2026-01-01 to 2026-12-31, but where a zone's name says otherwise.
A line is a name of the message ("www.rsa.test A", with "#" and what was done to it), what
unbound says of that question as a validator of the same zones (secure, insecure, bogus, or
"-"), and the message in base64.
"""
import base64
import pathlib
import subprocess
import sys
import tempfile
import time

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode

from world_variants import forgeries, variants

NSD = "127.0.53.53"  # on port 53, as delegations want it
UNBOUND, VALIDATOR = 5392, 5393
NOW = "20260701000000"
VALID = ("20260101000000", "20261231000000")

COMMON = """
@ 3600 IN SOA ns.test. admin.test. 1 3600 900 604800 300
@ IN NS ns.test.
www 300 IN A 192.0.2.1
www 300 IN A 192.0.2.2
txt 300 IN TXT "hello"
*.wild 300 IN A 192.0.2.3
*.wild 300 IN TXT "made of a wildcard"
a.b.ent 300 IN A 192.0.2.4
alias 300 IN CNAME www
sub IN NS ns.test.
"""

TYPES = r"""
mx IN MX 10 Mail.Other.Test.
ptr IN PTR Host.Other.Test.
srv IN SRV 1 2 53 Host.Other.Test.
naptr IN NAPTR 1 2 "s" "SIP+D2U" "" Sip.Other.Test.
rp IN RP Admin.Other.Test. Txt.Other.Test.
afsdb IN AFSDB 1 Afs.Other.Test.
kx IN KX 1 Kx.Other.Test.
dname IN DNAME Other.Test.
aaaa IN AAAA 2001:db8::1
caa IN CAA 0 issue "ca.test"
tlsa IN TLSA 3 1 1 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
sshfp IN SSHFP 4 2 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
https IN HTTPS 1 . alpn=h2 ipv4hint=192.0.2.1
svcb IN SVCB 1 svc.other.test. port=853
loc IN LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m
hinfo IN HINFO "cpu" "os"
uri IN URI 10 1 "https://other.test/"
unknown IN TYPE65280 \# 4 01020304
spf IN SPF "v=spf1"
cert IN CERT PKIX 0 0 AQID
apl IN APL 1:192.0.2.0/24
dhcid IN DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=
openpgpkey IN OPENPGPKEY AQID
smimea IN SMIMEA 3 1 1 01020304
eui48 IN EUI48 00-00-5e-00-53-2a
Capitals IN A 192.0.2.9
"""

KEYS_OF = {
    "rsa": "RSASHA256", "rsa512": "RSASHA512", "sha1": "NSEC3RSASHA1",
    "p384": "ECDSAP384SHA384", "ed25519": "ED25519", "ed448": "ED448",
}
# zone: algorithm, arguments of dnssec-signzone, contents behind the common ones
ZONES = {
    ".": ("ECDSAP256SHA256", [], "@ 86400 IN SOA ns.test. admin.test. 1 3600 900 604800 300\n"
          "@ 86400 IN NS ns.test.\ntest. 3600 IN NS ns.test.\nns.test. IN A 127.0.53.53\n"
          "opt. 3600 IN NS ns.test.\nunsigned. 3600 IN NS ns.test.\n"),
    "test": ("ECDSAP256SHA256", [], "ns IN A 127.0.53.53\n"),
    "opt": ("ECDSAP256SHA256", ["-3", "aabb", "-H", "5", "-A"],
            "insec IN NS ns.test.\nx.deep IN NS ns.test.\nsec IN NS ns.test.\n"),
    "sec.opt": ("ECDSAP256SHA256", [], ""),
    "n3.test": ("ECDSAP256SHA256", ["-3", "-", "-H", "0"], ""),
    "many.test": ("ECDSAP256SHA256", ["-3", "aabb", "-H", "120"], ""),
    "types.test": ("ECDSAP256SHA256", [], TYPES),
    "links.test": ("ECDSAP256SHA256", [],
                   "other IN CNAME www.rsa.test.\ninsec IN CNAME www.insec.opt.\n"
                   "tobad IN CNAME www.expired.test.\nnothing IN CNAME no.rsa.test.\n"
                   "*.w IN CNAME www.n3.test.\nnoinsec IN CNAME no.insec.opt.\n"
                   "*.v IN CNAME no.insec.opt.\n"
                   "d IN DNAME rsa.test.\nl1 IN CNAME l2\nl2 IN CNAME l3\nl3 IN CNAME l1\n"),
    "expired.test": ("ECDSAP256SHA256", [("20250101000000", "20250601000000")], ""),
    "future.test": ("ECDSAP256SHA256", [("20270101000000", "20270601000000")], ""),
    "wrongds.test": ("ECDSAP256SHA256", [], ""),
    "newalg.test": ("ECDSAP256SHA256", [], ""),
    "newdigest.test": ("ECDSAP256SHA256", [], ""),
    "sha1ds.test": ("ECDSAP256SHA256", [], ""),
    "bothds.test": ("ECDSAP256SHA256", [], ""),
    "stripped.test": ("ECDSAP256SHA256", [], ""),
}
for sub, algorithm in KEYS_OF.items():
    ZONES[sub + ".test"] = (algorithm, [], "")
UNSIGNED = {"insec.opt", "x.deep.opt", "unsigned", "plain.test", "stripped.test"}
UNSIGNED |= {"sub." + zone for zone in ("rsa.test", "n3.test", "sec.opt", "many.test")}


def run(*args, **more):
    return subprocess.run(args, check=True, capture_output=True, text=True, **more).stdout


class World:
    def __init__(self, where):
        self.where = pathlib.Path(where)
        self.ds = {}
        self.lines = []

    def sign(self, zone):
        algorithm, args, more = ZONES[zone]
        dates = VALID
        if args and isinstance(args[0], tuple):
            dates, args = args[0], []
        origin = zone if zone == "." else zone + "."
        text = f"$ORIGIN {origin}\n$TTL 3600\n"
        text += more if zone == "." else COMMON + more
        if zone in (".", "test", "opt"):
            for child in list(ZONES) + sorted(UNSIGNED):
                if child != zone and parent_of(child) == zone:
                    text += f"{child}. 3600 IN NS ns.test.\n"
                    text += self.ds.get(child, "")
        key_dir = self.where / ("keys-" + zone.replace(".", "_"))
        key_dir.mkdir()
        size = ["-b", "1024"] if algorithm.startswith(("RSA", "NSEC3RSA")) else []
        keys = []
        for flags in (["-f", "KSK"], []):
            name = run("dnssec-keygen", "-q", "-K", str(key_dir), "-a", algorithm, *size,
                       *flags, origin).strip()
            keys.append(name)
            text += (key_dir / (name + ".key")).read_text()
        path = self.where / ("zone-" + zone.replace(".", "_"))
        path.write_text(text)
        out = str(path) + ".signed"
        run("dnssec-signzone", "-K", str(key_dir), "-o", origin, "-s", dates[0], "-e",
            dates[1], "-x", "-P", "-f", out, "-d", str(self.where), *args, str(path),
            *[str(key_dir / k) for k in keys])
        ksk = str(key_dir / (keys[0] + ".key"))
        digest = {"sha1ds.test": ["-1"], "bothds.test": ["-a", "SHA-1", "-a", "SHA-256"],
                  "p384.test": ["-a", "SHA-384"]}.get(zone, ["-2"])
        ds = run("dnssec-dsfromkey", *digest, ksk)
        if zone == "wrongds.test":
            ds = ds[:-9] + "00000000\n"
        if zone == "bothds.test":  # the one with SHA-1 is right, the other is not
            lines = ds.splitlines()
            lines[1] = lines[1][:-8] + "00000000"
            ds = "\n".join(lines) + "\n"
        if zone == "newalg.test":
            ds = ds.replace(" 13 2 ", " 200 2 ")
        if zone == "newdigest.test":
            ds = ds.replace(" 13 2 ", " 13 200 ")
        self.ds[zone] = ds
        return out if zone not in UNSIGNED else self.plain(zone)

    def plain(self, zone):
        path = self.where / ("plain-" + zone.replace(".", "_"))
        path.write_text(f"$ORIGIN {zone}.\n$TTL 3600\n" + COMMON)
        return str(path)

    def serve(self):
        files = {}
        for zone in sorted(ZONES, key=lambda z: -len(z) if z != "." else 0):
            files[zone] = self.sign(zone)
        for zone in UNSIGNED:
            files[zone] = self.plain(zone)
        conf = (f"server:\n ip-address: {NSD}\n username: \"\"\n"
                f" zonesdir: {self.where}\n database: \"\"\n xfrdfile: {self.where}/xfrd\n"
                f" zonelistfile: {self.where}/list\n pidfile: \"\"\n chroot: \"\"\n"
                "remote-control:\n control-enable: no\n")
        for zone, path in files.items():
            conf += f"zone:\n name: {zone}\n zonefile: {path}\n"
        (self.where / "nsd.conf").write_text(conf)
        self.unbound("unbound.conf", UNBOUND, "iterator", "")
        self.unbound("validator.conf", VALIDATOR, '"validator iterator"',
                     f" val-override-date: {NOW}\n"
                     f" trust-anchor: \"{self.ds['.'].splitlines()[0]}\"\n")
        self.servers = [
            subprocess.Popen(["nsd", "-d", "-c", str(self.where / "nsd.conf")]),
            *[subprocess.Popen(["unbound", "-d", "-c", str(self.where / conf)])
              for conf in ("unbound.conf", "validator.conf")]]
        time.sleep(3)

    def unbound(self, conf, port, modules, more):
        (self.where / conf).write_text(
            f"server:\n port: {port}\n interface: 127.0.0.1\n username: \"\"\n"
            f" chroot: \"\"\n use-syslog: no\n do-daemonize: no\n pidfile: \"\"\n"
            f" module-config: {modules}\n do-not-query-localhost: no\n"
            " local-zone: test. nodefault\n minimal-responses: yes\n"
            f" qname-minimisation: no\n directory: {self.where}\n{more}"
            f"stub-zone:\n name: .\n stub-addr: {NSD}\n"
            "remote-control:\n control-enable: no\n")

    def verdict(self, name, rdtype):
        query = dns.message.make_query(name, rdtype, want_dnssec=True)
        answer = dns.query.tcp(query, "127.0.0.1", port=VALIDATOR, timeout=10)
        if answer.rcode() == dns.rcode.SERVFAIL:
            return "bogus"
        return "secure" if answer.flags & dns.flags.AD else "insecure"

    def stop(self):
        for server in self.servers:
            server.terminate()
            server.wait()

    def ask(self, name, rdtype):
        query = dns.message.make_query(name, rdtype, want_dnssec=True)
        query.flags |= dns.flags.CD
        try:
            answer = dns.query.tcp(query, "127.0.0.1", port=UNBOUND, timeout=5)
        except dns.exception.Timeout:
            sys.exit(f"no answer to {name} {rdtype}")
        answer.id = 0
        answer.use_edns(False)
        return answer

    def put(self, key, message, verdict="-"):
        wire = message if isinstance(message, bytes) else message.to_wire(max_size=65535)
        self.lines.append(f"{key} {verdict} {base64.b64encode(wire).decode()}")

    def take(self, name, rdtype):
        self.put(f"{name} {rdtype}", self.ask(name, rdtype), self.verdict(name, rdtype))


def parent_of(zone):
    return zone.split(".", 1)[1] if "." in zone else "."


def questions():
    for zone in [z for z in ZONES if z != "."]:
        yield zone, "DS"
        yield zone, "DNSKEY"
        yield "www." + zone, "A"
    yield ".", "DNSKEY"
    for zone in sorted(UNSIGNED):
        yield zone, "DS"
        yield "www." + zone, "A"
        yield "no." + zone, "A"
    for zone in ("rsa.test", "n3.test", "sec.opt", "many.test"):
        for name, rdtype in (("no", "A"), ("www", "AAAA"), ("b.ent", "A"), ("ent", "A"),
                             ("x.wild", "A"), ("x.y.wild", "TXT"), ("x.wild", "AAAA"),
                             ("*.wild", "A"), ("alias", "A"), ("", "SOA"), ("sub", "DS"),
                             ("www.sub", "A"), ("www", "DS"), ("no", "DS"), ("ent", "DS"),
                             ("", "A"), ("txt", "TXT"), ("a.b.c.d.no", "A"),
                             ("www", "NSEC"), ("wild", "A")):
            yield (name + "." + zone).lstrip("."), rdtype
    for zone in ("rsa.test", "n3.test"):
        for name in ("b.ent", "a.b.ent", "x.wild", "wild", "www.sub", "a.b.wild", "b.wild",
                     "y.wild", "x.y.wild"):
            yield name + "." + zone, "DS"
    for name in ("no", "www.no", "deep", "y.deep", "www"):
        yield name + ".opt", "A"
        yield name + ".opt", "DS"
    yield "www.rsa.test", "RRSIG"
    yield "www.rsa.test", "ANY"
    for name in ("other", "insec", "tobad", "nothing", "x.w", "noinsec", "x.v", "www.d",
                 "no.d", "a.b.wild.d"):
        yield name + ".links.test", "A"
        yield name + ".links.test", "CNAME"
    for name in ("caa.types.test", "capitalr.types.test", "capitals.types.test"):
        yield name, "TXT"
    for line in TYPES.strip().splitlines():
        owner, _, rdtype = line.lower().split()[:3]
        yield owner + ".types.test", rdtype
    for name in ("no.test", "www.no.test", "plain.test", "www.plain.test", "no"):
        yield name, "A"
        yield name, "DS"


CORPUS = {
    "secure-a": ("www.rsa.test A", "rsa.test"),
    "secure-ed25519": ("www.ed25519.test A", "ed25519.test"),
    "secure-naptr": ("naptr.types.test NAPTR", "types.test"),
    "nxdomain-nsec": ("no.rsa.test A", "rsa.test"),
    "nxdomain-nsec3": ("no.n3.test A", "n3.test"),
    "nxdomain-nsec3-iterations": ("a.b.c.d.no.many.test A", "many.test"),
    "nodata-nsec3": ("www.n3.test AAAA", "n3.test"),
    "nodata-empty-name": ("b.ent.rsa.test A", "rsa.test"),
    "nodata-wildcard": ("x.wild.n3.test AAAA", "n3.test"),
    "wildcard-nsec": ("x.wild.rsa.test A", "rsa.test"),
    "wildcard-nsec3": ("x.wild.n3.test A", "n3.test"),
    "wildcard-itself": ("*.wild.rsa.test A", "rsa.test"),
    "cname-across-zones": ("other.links.test A", "links.test", "rsa.test"),
    "dname": ("www.d.links.test A", "links.test", "rsa.test"),
    "cname-to-unsigned": ("insec.links.test A", "links.test", "opt", "insec.opt"),
    "opt-out": ("no.opt A", "opt"),
    "unsigned-zone": ("www.plain.test A", "plain.test"),
    "unknown-algorithm": ("www.newalg.test A", "newalg.test"),
    "expired": ("www.expired.test A", "expired.test"),
    "stripped": ("www.rsa.test A#unsigned", "rsa.test"),
    "keytrap-signatures": ("www.rsa.test A#100-signatures", "rsa.test"),
    "keytrap-keys": ("www.rsa.test A", "rsa.test#one-tag"),
    "cname-loop": ("l1.links.test A#loop", "links.test"),
    "alias-beside": ("www.rsa.test A#alias-beside", "rsa.test"),
    "nxdomain-with-address": ("www.rsa.test A#nxdomain", "rsa.test"),
    "cut-that-is-an-alias": ("www.rsa.test A", "=rsa.test DS#alias-by-itself"),
}


def write_corpus(world, anchor, where):
    """Anchors, answer, chain, each behind its length."""
    known = {line.rsplit(" ", 2)[0]: base64.b64decode(line.rsplit(" ", 1)[1])
             for line in world.lines}
    where.mkdir(exist_ok=True)
    for name, (answer, *zones) in CORPUS.items():
        keys = [answer, ". DNSKEY", "test DS", "test DNSKEY"]
        for zone in zones:
            if zone.startswith("="):  # that message alone
                keys.append(zone[1:])
                continue
            zone, _, how = zone.partition("#")
            keys += [zone + " DS", zone + " DNSKEY" + ("#" + how if how else "")]
        pieces = [anchor.encode()] + [known[key] for key in keys if key in known]
        (where / name).write_bytes(b"".join(len(p).to_bytes(2, "big") + p for p in pieces))


def main():
    with tempfile.TemporaryDirectory() as where:
        world = World(where)
        world.serve()
        try:
            seen = set()
            for name, rdtype in questions():
                if (name, rdtype) not in seen:
                    world.take(name, rdtype)
                seen.add((name, rdtype))
            variants(world)
            forgeries(world)
        finally:
            world.stop()
        anchor = world.ds["."].splitlines()[0]
        pathlib.Path(sys.argv[1]).write_text(
            "# Made by make_world.py.\n@ " + anchor + "\n" + "\n".join(world.lines) + "\n")
        if len(sys.argv) > 2:
            write_corpus(world, anchor, pathlib.Path(sys.argv[2]))


if __name__ == "__main__":
    main()
