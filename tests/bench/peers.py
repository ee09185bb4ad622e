"""The others, each with a configuration that is fair to all: one thread, the same memory
for the cache, certificate and name verified, no extra work (no DNSSEC, no prefetch, no ping
of answers)."""

import os

from peer import ENTRY_BYTES, MIB, Echo, Peer, Pintle
from rig import NAME
from servers import find_program


class Unbound(Peer):
    name = package = "unbound"

    def command(self, place):
        forward = "\n".join(f" forward-addr: {address}@{place.upstream.dot}#{NAME}"
                            for address in place.addresses())
        # Its manual: twice as much for the RRsets as for the messages.
        config = self.write(place, "unbound.conf", f"""
server:
 interface: {place.host}
 port: {place.port}
 num-threads: 1
 do-daemonize: no
 use-syslog: no
 logfile: ""
 verbosity: 0
 chroot: ""
 username: ""
 directory: "{place.directory}"
 pidfile: "{place.directory}/pid"
 do-not-query-localhost: no
 access-control: 0.0.0.0/0 allow
 module-config: "iterator"
 tls-cert-bundle: "{place.root_file()}"
 msg-cache-size: {place.cache_bytes // 3}
 rrset-cache-size: {place.cache_bytes * 2 // 3}
 msg-cache-slabs: 1
 rrset-cache-slabs: 1
 outgoing-range: 4096
 num-queries-per-thread: 2048
 minimal-responses: yes
remote-control:
 control-enable: no
forward-zone:
 name: "."
 forward-tls-upstream: yes
{forward}
""")
        return [self.path(), "-d", "-c", config]


class Dnsdist(Peer):
    name = package = "dnsdist"
    protocols = ("dot", "doh")

    def command(self, place):
        doh = place.protocol == "doh"
        port = place.upstream.doh if doh else place.upstream.dot
        servers = "\n".join(
            f"newServer({{address='{address}:{port}', tls='openssl', "
            f"subjectName='{NAME}', caStore='{place.root_file()}', "
            f"validateCertificates=true, maxInFlight=1000"
            f"{', dohPath=' + repr('/dns-query') if doh else ''}}})"
            for address in place.addresses())
        config = self.write(place, "dnsdist.conf", f"""
setSecurityPollSuffix("")
setLocal("{place.listen()}")
setMaxTCPClientThreads(1)
cache = newPacketCache({place.cache_bytes // ENTRY_BYTES}, {{maxTTL=86400}})
getPool(""):setCache(cache)
{servers}
""")
        return [self.path(), "--supervised", "--disable-syslog", "-C", config]


class Smartdns(Peer):
    name = package = "smartdns"
    protocols = ("dot", "doh")

    def command(self, place):
        lines = []
        for address in place.addresses():
            check = f"-host-name {NAME} -tls-host-verify {NAME}"
            if place.protocol == "doh":
                lines.append(f"server-https https://{address}:{place.upstream.doh}"
                             f"/dns-query -http-host {NAME} {check}")
            else:
                lines.append(f"server-tls {address}:{place.upstream.dot} {check}")
        # A directory of roots is what costs it least.
        roots = f"ca-path {place.world.roots}\nca-file {place.world.root}" \
            if place.roots == "store" else f"ca-file {place.world.root}"
        config = self.write(place, "smartdns.conf", f"""
bind {place.listen()}
bind-tcp {place.listen()}
cache-size {place.cache_bytes // ENTRY_BYTES}
cache-persist no
speed-check-mode none
dualstack-ip-selection no
prefetch-domain no
serve-expired no
log-level error
log-file {place.directory}/log
{roots}
""" + "\n".join(lines) + "\n")
        return [self.path(), "-f", "-c", config, "-p", place.directory + "/pid"]


class Stubby(Peer):
    """It has no cache."""

    name = package = "stubby"

    def command(self, place):
        upstreams = "".join(
            f"  - address_data: {address}\n    tls_port: {place.upstream.dot}\n"
            f"    tls_auth_name: \"{NAME}\"\n" for address in place.addresses())
        config = self.write(place, "stubby.yml", f"""
resolution_type: GETDNS_RESOLUTION_STUB
dns_transport_list: [GETDNS_TRANSPORT_TLS]
tls_authentication: GETDNS_AUTHENTICATION_REQUIRED
tls_query_padding_blocksize: 128
edns_client_subnet_private: 1
round_robin_upstreams: 1
idle_timeout: 10000
appdata_dir: "{place.directory}"
tls_ca_file: "{place.root_file()}"
listen_addresses: [ {place.host}@{place.port} ]
upstream_recursive_servers:
{upstreams}""")
        return [self.path(), "-C", config]


class Kresd(Peer):
    name = "kresd"
    package = "knot-resolver"

    def command(self, place):
        upstreams = ", ".join(
            f"{{'{address}@{place.upstream.dot}', hostname='{NAME}', "
            f"ca_file='{place.root_file()}'}}" for address in place.addresses())
        config = self.write(place, "kresd.conf", f"""
net.listen('{place.host}', {place.port}, {{ kind = 'dns' }})
for _, name in ipairs({{ 'ta_update', 'ta_signal_query', 'priming', 'detect_time_skew',
                        'detect_time_jump' }}) do
  modules.unload(name)
end
trust_anchors.remove('.')
cache.size = {max(place.cache_bytes, 8 * MIB)}
log_level('err')
policy.add(policy.all(policy.TLS_FORWARD({{ {upstreams} }})))
""")
        return [self.path(), "-n", "-c", config, place.directory]


class Resolved(Peer):
    """RESOLVED= may name the program: to install the package would change the machine's
    own resolver. What it cannot be told otherwise, places and its user, a mount namespace
    puts there."""

    name = package = "systemd-resolved"
    # Of 4096, so that none has to go.
    names_max = 3000
    absent = "RESOLVED= can name its program; needs root"
    user = "systemd-resolve"

    def path(self):
        found = os.environ.get("RESOLVED") or "/lib/systemd/systemd-resolved"
        return found if os.access(found, os.X_OK) and os.geteuid() == 0 else None

    def user_files(self, place):
        """Commands that add its user where there is none."""
        for file, line in (("passwd", f"{self.user}:x:64999:64999::/:/bin/false"),
                           ("group", f"{self.user}:x:64999:")):
            with open("/etc/" + file, encoding="utf-8") as there:
                text = there.read()
            if f"\n{self.user}:" not in text:
                text += line + "\n"
            yield f"mount --bind {self.write(place, file, text)} /etc/{file}"

    def command(self, place):
        servers = " ".join(f"{address}:{place.upstream.dot}#{NAME}"
                           for address in place.addresses())
        os.makedirs(place.directory + "/etc", exist_ok=True)
        self.write(place, "etc/resolved.conf", f"""
[Resolve]
DNS={servers}
FallbackDNS=
Domains=~.
DNSOverTLS=yes
DNSSEC=no
LLMNR=no
MulticastDNS=no
Cache=yes
CacheFromLocalhost=yes
DNSStubListener=no
DNSStubListenerExtra={place.listen()}
ReadEtcHosts=no
""")
        mounts = [*self.user_files(place),
                  f"mount --bind {place.directory}/etc /etc/systemd",
                  "mount -t tmpfs tmpfs /run/systemd", "mkdir /run/systemd/resolve",
                  f"chown {self.user}:{self.user} /run/systemd/resolve"]
        return ["unshare", "-m", "sh", "-c", " && ".join(mounts) +
                f" && SYSTEMD_LOG_TARGET=console SSL_CERT_FILE={place.root_file()} "
                f"exec {self.path()}"]


class HttpsDnsProxy(Peer):
    """It has no cache."""

    name = package = "https_dns_proxy"
    absent = "no package of Debian 12; HTTPS_DNS_PROXY= can name its program"
    protocols = ("doh",)
    transports = ("udp",)

    def path(self):
        return os.environ.get("HTTPS_DNS_PROXY") or find_program(self.name)

    def command(self, place):
        return [self.path(), "-a", place.host, "-p", str(place.port), "-r",
                f"https://{place.addresses()[0]}:{place.upstream.doh}/dns-query",
                "-C", place.root_file()]


PEERS = {peer.name: peer for peer in (
    Pintle(), Echo(), Unbound(), Dnsdist(), Smartdns(), Stubby(), Kresd(), Resolved(),
    HttpsDnsProxy())}
