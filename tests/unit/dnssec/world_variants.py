"""What is done to the answers of make_world.py: for tests that refuse."""
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset


def renamed(rrset, owner):
    return dns.rrset.from_rdata_list(owner, rrset.ttl, list(rrset))


def without_signatures(message, covered=None):
    for section in (message.answer, message.authority):
        section[:] = [s for s in section if s.rdtype != dns.rdatatype.RRSIG or
                      (covered and s.covers != dns.rdatatype.from_text(covered))]
    return message


def without(message, rdtype):
    """Without the records of that type, and their signatures."""
    t = dns.rdatatype.from_text(rdtype)
    for section in (message.answer, message.authority):
        section[:] = [s for s in section if s.rdtype != t and s.covers != t]
    return message


def with_address(message, old, new):
    """Another address under the same signature."""
    for i, s in enumerate(message.answer):
        if s.rdtype == dns.rdatatype.A:
            message.answer[i] = dns.rrset.from_text_list(
                s.name, s.ttl, "IN", "A", [new if str(r) == old else str(r) for r in s])
    return message


def variants(world):
    def ask(name, rdtype):
        return world.ask(name, rdtype)

    def put(key, message):
        world.put(key, message)

    put("www.rsa.test A#unsigned", without_signatures(ask("www.rsa.test", "A")))
    put("www.rsa.test A#changed", with_address(ask("www.rsa.test", "A"), "192.0.2.1",
                                               "192.0.2.99"))
    put("x.wild.many.test A#changed", with_address(ask("x.wild.many.test", "A"),
                                                   "192.0.2.3", "192.0.2.99"))
    # As clients ask that mix case against spoofing: upstreams repeat the question's.
    put("www.rsa.test A#capitals", ask("wWw.Rsa.TEST", "A"))
    put("x.wild.rsa.test A#capitals", ask("X.wiLd.Rsa.TEST", "A"))
    put("x.wild.n3.test A#capitals", ask("X.wiLd.N3.TEST", "A"))
    put("no.n3.test A#capitals", ask("nO.N3.TEST", "A"))
    put("www.d.links.test A#capitals", ask("wWw.D.Links.TEST", "A"))
    put("rsa.test DNSKEY#unsigned", without_signatures(ask("rsa.test", "DNSKEY")))
    put("rsa.test DNSKEY#none", without(ask("rsa.test", "DNSKEY"), "DNSKEY"))
    put("rsa.test DS#unsigned", without_signatures(ask("rsa.test", "DS")))
    put("rsa.test DS#none", without(ask("rsa.test", "DS"), "DS"))
    message = ask("rsa.test", "DS")
    message.answer = []
    message.authority = list(ask("no.test", "A").authority)
    put("rsa.test DS#denied-by-another", message)
    for zone in ("rsa.test", "n3.test"):
        nsec = "NSEC" if zone == "rsa.test" else "NSEC3"
        for name, rdtype in (("no", "A"), ("www", "AAAA")):
            key = f"{name}.{zone} {rdtype}"
            put(key + "#no-proof", without(ask(f"{name}.{zone}", rdtype), nsec))
            put(key + "#unsigned-proof",
                without_signatures(ask(f"{name}.{zone}", rdtype), nsec))
        message = ask("x.wild." + zone, "A")
        message.authority = []
        put(f"x.wild.{zone} A#no-proof", message)
        # A name that is there, denied with the records of one that is not.
        for name, other in (("www", "no"), ("www", "a.b.c.d.no")):
            message = ask(f"{name}.{zone}", "A")
            denial = ask(f"{other}.{zone}", "A")
            message.answer, message.authority = [], list(denial.authority)
            message.set_rcode(dns.rcode.NXDOMAIN)
            put(f"{name}.{zone} A#denied-by-{other}", message)
        message = ask("www." + zone, "A")
        message.answer, message.authority = [], list(ask("www." + zone, "AAAA").authority)
        put(f"www.{zone} A#denied-by-its-own", message)
        message = ask("no." + zone, "A")
        message.set_rcode(dns.rcode.NOERROR)
        put(f"no.{zone} A#noerror", message)
        message = ask("www." + zone, "AAAA")
        message.set_rcode(dns.rcode.NXDOMAIN)
        put(f"www.{zone} AAAA#nxdomain", message)
        message = ask("b.ent." + zone, "A")
        message.set_rcode(dns.rcode.NXDOMAIN)
        put(f"b.ent.{zone} A#nxdomain", message)
        # An address below a delegation, denied by the delegation's own record.
        message = ask("www.sub." + zone, "A")
        message.answer, message.authority = [], list(ask("sub." + zone, "DS").authority)
        put(f"www.sub.{zone} A#denied-by-parent", message)
        message.set_rcode(dns.rcode.NXDOMAIN)
        put(f"www.sub.{zone} A#nxdomain-by-parent", message)
        # A wildcard in the place of what is there.
        message = ask("www." + zone, "A")
        source = ask("x.wild." + zone, "A")
        owner = dns.name.from_text(f"a.b.wild.{zone}")
        message = dns.message.make_response(dns.message.make_query(owner, "A"))
        for s in source.answer:
            message.answer.append(renamed(s, owner))
        message.authority = list(source.authority)
        message.flags = source.flags
        put(f"a.b.wild.{zone} A#of-x", message)
    loop = ask("l1.links.test", "CNAME")
    for name in ("l2", "l3"):
        loop.answer += ask(name + ".links.test", "CNAME").answer
    loop.question = dns.message.make_query("l1.links.test", "A").question
    put("l1.links.test A#loop", loop)
    message = ask("other.links.test", "A")
    message.answer = [s for s in message.answer if s.name ==
                      dns.name.from_text("other.links.test")]
    put("other.links.test A#cut", message)
    message = ask("other.links.test", "A")
    for s in list(message.answer):
        if s.name == dns.name.from_text("www.rsa.test") and s.rdtype == dns.rdatatype.RRSIG:
            message.answer.remove(s)
    put("other.links.test A#end-unsigned", message)
    message = ask("www.d.links.test", "A")
    for i, s in enumerate(message.answer):
        if s.rdtype == dns.rdatatype.CNAME:
            message.answer[i] = dns.rrset.from_text(s.name, s.ttl, "IN", "CNAME",
                                                    "www.n3.test.")
    put("www.d.links.test A#another", message)
    message = ask("www.rsa.test", "A")
    message.authority.append(dns.rrset.from_text("rsa.test.", 300, "IN", "NS", "ns.evil."))
    put("www.rsa.test A#ns", message)
    message = ask("www.rsa.test", "A")
    message.authority.append(dns.rrset.from_text("rsa.test.", 300, "IN", "TXT", "evil"))
    put("www.rsa.test A#extra", message)
    # KeyTrap (CVE-2023-50387): many signatures, many keys, all with one tag.
    message = ask("www.rsa.test", "A")
    signature = [s for s in message.answer if s.rdtype == dns.rdatatype.RRSIG][0]
    rdata = signature[0]
    wrong = [rdata.replace(signature=bytes([i]) + rdata.signature[1:]) for i in range(100)]
    message.answer.remove(signature)
    message.answer.append(dns.rrset.from_rdata_list(signature.name, 300, wrong))
    put("www.rsa.test A#100-signatures", message)
    message.answer[-1] = dns.rrset.from_rdata_list(signature.name, 300,
                                                   wrong[:7] + [rdata])
    put("www.rsa.test A#8-signatures", message)
    message = ask("rsa.test", "DNSKEY")
    keys = message.answer[0]
    zsk = [k for k in keys if not k.flags & 1][0]
    words = [zsk.key[i:i + 2] for i in range(4, len(zsk.key), 2)]
    for i in range(1, 30):  # the tag is a sum of words: their order does not matter
        words[0], words[i] = words[i], words[0]
        keys.add(zsk.replace(key=zsk.key[:4] + b"".join(words)))
    put("rsa.test DNSKEY#one-tag", message)
    # A record's name and type, and the bytes of its signature, changed.
    message = ask("www.ed25519.test", "A")
    for i, s in enumerate(message.answer):
        if s.rdtype == dns.rdatatype.RRSIG:
            message.answer[i] = dns.rrset.from_rdata_list(
                s.name, s.ttl, [s[0].replace(labels=2)])
    put("www.ed25519.test A#fewer-labels", message)
    message = ask("www.ed25519.test", "A")
    for i, s in enumerate(message.answer):
        if s.rdtype == dns.rdatatype.RRSIG:
            message.answer[i] = dns.rrset.from_rdata_list(
                s.name, s.ttl, [s[0].replace(labels=4)])
    put("www.ed25519.test A#more-labels", message)
    message = ask("ed25519.test", "DNSKEY")
    message.answer[0] = dns.rrset.from_rdata_list(
        message.answer[0].name, 3600, [k.replace(flags=k.flags & ~256)
                                       for k in message.answer[0]])
    put("ed25519.test DNSKEY#no-zone-flag", message)
    # Signatures of another zone over this one's records.
    message = ask("www.rsa.test", "A")
    signature = [s for s in ask("www.ed25519.test", "A").answer
                 if s.rdtype == dns.rdatatype.RRSIG][0]
    message.answer = [s for s in message.answer if s.rdtype == dns.rdatatype.A]
    message.answer.append(renamed(signature, message.answer[0].name))
    put("www.rsa.test A#by-another", message)


def with_alias(message, owner, rdtype, target):
    """An alias beside what is there, without signature."""
    message.answer.insert(0, dns.rrset.from_text(owner, 300, "IN", rdtype, target))
    return message


def forgeries(world):
    """Made of what is genuine and what nobody has signed."""
    message = with_alias(world.ask("www.rsa.test", "A"), "www.rsa.test.", "CNAME",
                         "evil.plain.test.")
    message.answer.append(dns.rrset.from_text("evil.plain.test.", 300, "IN", "A",
                                              "192.0.2.66"))
    world.put("www.rsa.test A#alias-beside", message)
    world.put("www.rsa.test A#dname-above", with_alias(
        world.ask("www.rsa.test", "A"), "rsa.test.", "DNAME", "evil.plain.test."))
    # Above the name that another DNAME leads to.
    world.put("www.d.links.test A#dname-at-the-end", with_alias(
        world.ask("www.d.links.test", "A"), "test.", "DNAME", "evil.plain.test."))
    for key, name in (("www.rsa.test A", "www.rsa.test"),
                      ("other.links.test A", "other.links.test"),
                      ("x.wild.n3.test A", "x.wild.n3.test")):
        message = world.ask(name, "A")
        message.set_rcode(dns.rcode.NXDOMAIN)
        world.put(key + "#nxdomain", message)
    message = world.ask("www.d.links.test", "CNAME")
    message.set_rcode(dns.rcode.NXDOMAIN)
    world.put("www.d.links.test CNAME#nxdomain", message)
    # Instead of a DS: an alias that the zone itself claims to have signed.
    message = world.ask("rsa.test", "DS")
    signature = [s for s in message.answer if s.rdtype == dns.rdatatype.RRSIG][0]
    message.answer = []
    with_alias(message, "rsa.test.", "CNAME", "evil.plain.test.")
    message.answer.append(dns.rrset.from_rdata_list(signature.name, 300, [
        signature[0].replace(type_covered=dns.rdatatype.CNAME,
                             signer=dns.name.from_text("rsa.test."))]))
    world.put("rsa.test DS#alias-by-itself", message)
