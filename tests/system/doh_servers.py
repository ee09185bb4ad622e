"""DoH servers that others wrote."""

from harness import join
from servers import PROGRAMS as DOT_PROGRAMS, Real

PATH = "/dns-query"
AGE_S = 100

# big.: a TXT answer of 60 kB; more.: one that is larger than 1232 bytes.
UNBOUND = """
server:
  verbosity: 1
  username: ""
  chroot: ""
  directory: "{directory}"
  pidfile: "{directory}/unbound.pid"
  use-syslog: no
  logfile: ""
  num-threads: 1
  do-daemonize: no
  interface: {address}@{port}
  https-port: {port}
  http-endpoint: "%s"
  tls-service-key: "{key}"
  tls-service-pem: "{certificate}"
  access-control: 127.0.0.0/8 allow
  incoming-num-tcp: 50
  tcp-idle-timeout: {idle_ms}
  msg-buffer-size: 65552
  local-zone: "test." redirect
  local-data: "test. 300 IN A 192.0.2.7"
  local-zone: "big." static
%s
  local-zone: "more." static
%s
remote-control:
  control-enable: no
"""

DNSDIST = """
setSecurityPollSuffix("")
addDOHLocal("{address}:{port}", "{certificate}", "{key}", "%s",
            {{ customResponseHeaders={{ ["age"]="%d", ["set-cookie"]="a=b" }} }})
addAction(AllRule(), SpoofAction("192.0.2.7"))
setACL("127.0.0.0/8")
"""


def texts(zone, n):
    return "\n".join(f"  local-data: '{zone} 300 IN TXT \"{i:04d}{'x' * 226}\"'"
                     for i in range(n))


PROGRAMS = {
    "unbound": (UNBOUND % (PATH, texts("big.", 250), texts("more.", 10)),
                *DOT_PROGRAMS["unbound"][1:]),
    "dnsdist": (DNSDIST % (PATH, AGE_S), *DOT_PROGRAMS["dnsdist"][1:]),
    "kresd": (DOT_PROGRAMS["kresd"][0].replace('"tls"', '"doh2"'),
              *DOT_PROGRAMS["kresd"][1:]),
}


class RealDoh(Real):
    """One of them."""

    programs = PROGRAMS

    def upstream(self, name=None, get=True):
        upstream = self.authority.upstream(name or self.name, join(self.host, self.port))
        host = upstream.pop("auth_name")
        template = PATH + ("{?dns}" if get else "")
        return dict(upstream, protocol="doh", url=f"https://{host}:{self.port}{template}")
