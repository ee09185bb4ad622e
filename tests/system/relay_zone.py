"""A zone of many names, of every type that nsd can read, for those who compare what is
relayed with what was said."""

import dns.rdatatype

NAMES = 10000
ZONE = "relay.example"
NEGATIVE_TTL_S = 300

HEAD = f"""$ORIGIN {ZONE}.
$TTL 3600
@ 3600 IN SOA ns1 hostmaster 1 7200 900 1209600 {NEGATIVE_TTL_S}
@ IN NS ns1
@ IN NS ns2
@ IN MX 10 mail
ns1 IN A 192.0.2.1
ns2 IN A 192.0.2.2
ns2 IN AAAA 2001:db8::2
mail 60 IN A 192.0.2.3
mail 90 IN AAAA 2001:db8::3
*.wild IN TXT "of a wildcard"
*.wild IN A 192.0.2.4
deep.ent.below IN A 192.0.2.5
tree IN DNAME other
leaf.other IN A 192.0.2.6
leaf.other IN AAAA 2001:db8::6
"""

HEX32 = "0123456789abcdef" * 4
KEY = "AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3"


def many(count, form):
    return [form.format(i=i, j=i % 256, x=format(i, "x")) for i in range(count)]


# Type: what its records may be, one set of them a name.
SETS = {
    "A": [["192.0.2.{n}"], many(3, "198.51.100.{i}"), many(40, "203.0.113.{i}")],
    "AAAA": [["2001:db8::{x}"], many(5, "2001:db8:1::{x}"), many(90, "2001:db8:2::{x}")],
    "MX": [["10 mail"], ["0 ."], ["10 mail", "20 leaf.other", "30 far.example.org."]],
    "TXT": [['"n{n}"'], ['""'], ['"v=spf1 -all" "\\000\\255\\"\\\\"'],
            many(12, '"{i} ' + 240 * "l" + '"'), many(30, '"{i} ' + 240 * "h" + '"'),
            [" ".join(many(30, '"{i}' + 250 * "s" + '"'))]],
    "NS": [["ns1", "ns2"]],
    "PTR": [["host{n}.example.net."]],
    "SRV": [["0 5 5060 mail"], ["1 2 3 ns2", "0 0 0 ."]],
    "NAPTR": [['100 50 "s" "z3950+I2L+I2C" "" _z3950._tcp', '10 0 "u" "E2U+sip" '
               '"!^.*$!sip:a@b!" .']],
    "CAA": [['0 issue "ca.example"', '128 iodef "mailto:a@example.com"']],
    "SVCB": [['1 ns2 alpn="h2,h3" port=853 ipv4hint=192.0.2.8'], ["0 mail"]],
    "HTTPS": [["1 . alpn=h2", "2 mail key667=hello"], ["0 leaf.other"]],
    "TLSA": [["3 1 1 " + HEX32]],
    "SMIMEA": [["3 0 1 " + HEX32]],
    "SSHFP": [["4 2 " + HEX32, "1 1 " + HEX32[:40]]],
    "DS": [["20326 8 2 " + HEX32]],
    "CDS": [["20326 8 2 " + HEX32]],
    "DNSKEY": [["256 3 8 " + KEY]],
    "CDNSKEY": [["257 3 8 " + KEY]],
    "LOC": [["52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m"]],
    "HINFO": [['"PDP-11/70" "UNIX"']],
    "RP": [["hostmaster ns1"]],
    "AFSDB": [["1 mail"]],
    "X25": [['"311061700956"']],
    "ISDN": [['"150862028003217" "004"']],
    "RT": [["10 mail"]],
    "KX": [["10 mail"]],
    "CERT": [["PKIX 1 RSASHA256 " + KEY]],
    "APL": [["1:192.168.32.0/21 !1:192.168.38.0/28"]],
    "DHCID": [["AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA="]],
    "IPSECKEY": [["10 1 2 192.0.2.38 " + KEY]],
    "NID": [["10 0014:4fff:ff20:ee64"]],
    "L32": [["10 10.1.2.0"]],
    "L64": [["10 2001:0db8:1140:1000"]],
    "LP": [["10 mail"]],
    "EUI48": [["00-00-5e-00-53-2a"]],
    "EUI64": [["00-00-5e-ef-10-00-00-2a"]],
    "URI": [['10 1 "ftp://ftp1.example.com/public"']],
    "OPENPGPKEY": [[KEY]],
    "CSYNC": [["66 3 A NS AAAA"]],
    "ZONEMD": [["1 1 240 " + HEX32]],
    "SPF": [['"v=spf1 -all"']],
    "TYPE65280": [["\\# 0"], ["\\# 5 0102030405"], ["\\# 3 c0000c", "\\# 1 ff"]],
    "TYPE4242": [["\\# 300 " + 600 * "a"]],
}

# Owners that are written in an unusual way, with the number in them.
OWNERS = ["n{n}", "N{n}.MiXeD", "n{n}.a.b.c.d.e.f.g", "n{n}\\.dot", "\\000\\255\\032n{n}",
          "n{n}\\@\\;\\$", "_n{n}._tcp", "n{n}-" + 50 * "w",
          "n{n}." + ".".join(3 * [60 * "v"])]


def others(n):
    """(lines, name, type): what is not simply there."""
    return [
        ("", f"none{n}", "A"),
        ("", f"none{n}.ent.below", "TXT"),
        (f"nodata{n} IN A 192.0.2.9\n", f"nodata{n}", "AAAA"),
        ("", "ent.below", "A"),
        ("", f"w{n}.wild", "A"), ("", f"a.w{n}.wild", "TXT"), ("", f"w{n}.wild", "MX"),
        (f"alias{n} {n} IN CNAME mail\n", f"alias{n}", "A"),
        (f"alias{n} IN CNAME mail\n", f"alias{n}", "CNAME"),
        (f"one{n} IN CNAME two{n}\ntwo{n} 30 IN CNAME three{n}.wild\n", f"one{n}", "TXT"),
        (f"gone{n} IN CNAME none{n}\n", f"gone{n}", "A"),
        (f"bare{n} IN CNAME ns1\n", f"bare{n}", "AAAA"),
        ("", "leaf.tree", "A"), ("", "LEAF.tree", "AAAA"), ("", f"none{n}.tree", "A"),
        ("", "tree", "DNAME"), ("", "@", "SOA"), ("", "@", "NS"), ("", "@", "MX"),
    ]


def build():
    """The zone's text, and as many questions, each (name, type)."""
    lines, questions = [HEAD], []
    kinds = [(kind, records) for kind, sets in SETS.items() for records in sets]
    for n in range(NAMES):
        if n % 5 == 4:
            which = others(n)
            line, owner, kind = which[n // 5 % len(which)]
            lines.append(line)
        else:
            kind, records = kinds[n % len(kinds)]
            owner = OWNERS[n % len(OWNERS)].format(n=n)
            if kind == "NS":
                owner, records = "@", []
            lines += [f"{owner} {1 + n * 7 % 80000} IN {kind} "
                      + one.replace("{n}", str(n % 250)).replace("{x}", format(n, "x"))
                      + "\n" for one in records]
        owner = ZONE + "." if owner == "@" else f"{owner}.{ZONE}."
        questions.append((owner, dns.rdatatype.from_text(kind)))
    return "".join(lines), questions
