"""As reload_keys.py: whom pintle asks, and what they must show."""

import os
import ssl

from client import ask, first, is_failed
from harness import wait_for
from pintlectl import OTHER_PIN, openssl, pin_of
from reload_keys import key, two
from servers import answer_a, serve_all


# --- TLS and Certificate Transparency ----------------------------------------------

def without_roots(w):
    upstream = w.toy(serve_all).upstream("u")
    del upstream["ca_file"]
    return upstream


@key("tls.ca_path")
def tls_ca_path(w):
    directories = []
    for i, authority in enumerate((w.stranger(), w.authority)):
        directories.append(f"{w.place}/certs{i}")
        os.mkdir(directories[i])
        os.symlink(authority.root, directories[i] + "/root.pem")
        openssl("rehash", directories[i])
    w.begin([without_roots(w)], tls={"ca_path": directories[0]})
    assert w.is_refused("a.test", "pkix_untrusted")
    w.reload(tls={"ca_path": directories[1]})
    assert w.is_good("a.test")


@key("tls.ca_file")
def tls_ca_file(w):
    w.begin([without_roots(w)], tls={"ca_file": w.stranger().root})
    assert w.is_refused("a.test", "pkix_untrusted")
    w.reload(tls={"ca_file": w.authority.root})
    assert w.is_good("a.test")


@key("tls.deny")
def tls_deny(w):
    w.begin()
    assert w.is_good("a.test")
    w.reload(tls={"deny": [pin_of(w.authority.root)]})
    assert w.is_refused("b.test", "pkix_denied")


@key("tls.min_version")
def tls_min_version(w):
    toy = w.toy(serve_all)
    toy.context.maximum_version = ssl.TLSVersion.TLSv1_2
    w.begin([toy.upstream("u")])
    assert w.is_good("a.test")
    w.reload(tls={"min_version": "1.3"})
    assert is_failed(ask(w.daemon, "b.test"))


@key("ct.mode")
def ct_mode(w):
    w.begin(ct={"mode": "off"})
    assert w.is_good("a.test")
    w.reload(ct={"mode": "require"})
    assert w.is_refused("b.test", "ct_no_scts")
    w.reload(ct={"mode": "report"})
    assert w.is_good("c.test")


@key("ct.policy")
def ct_policy(w):
    w.begin(ct={"mode": "report"})
    assert w.daemon.status()["log_list"]["policy"] == "strict"
    w.reload(ct={"mode": "report", "policy": "apple"})
    assert w.daemon.status()["log_list"]["policy"] == "apple"


@key("ct.log_list")
def ct_log_list(w):
    """The one that is built in knows nothing of the lab's logs."""
    lab = w.lab()
    w.begin([lab.upstreams["honest"]], tls=lab.tls, ct={"mode": "require"})
    assert is_failed(ask(w.daemon, "a.lab"))
    w.reload(ct={"mode": "require", "log_list": lab.ct["log_list"]})
    assert w.is_good("b.lab")
    assert w.daemon.status()["log_list"]["file"] == lab.ct["log_list"]


@key("ct.stale")
def ct_stale(w):
    """Every shard of the list has ended."""
    lab = w.lab()

    def end(content):
        for operator in content["operators"]:
            for log in operator["logs"] + operator["tiled_logs"]:
                log["temporal_interval"] = {"start_inclusive": "2020-01-01T00:00:00Z",
                                            "end_exclusive": "2021-01-01T00:00:00Z"}
    path = w.request.getfixturevalue("edit_list")(lab, end)
    ct = {"mode": "require", "log_list": path}
    w.begin([lab.upstreams["honest"]], tls=lab.tls, ct=dict(ct, stale="refuse"))
    assert w.is_refused("a.lab", "ct_log_list_stale")
    w.reload(ct=dict(ct, stale="warn"))
    assert w.is_good("b.lab")


def store_list(w):
    """The lab's list in `state_dir`, signed; the section that names its key."""
    config, put, _ = w.request.getfixturevalue("stored")
    put()
    return config


@key("ct.update")
def ct_update(w):
    """A stored list counts once there is a key that has signed it."""
    config = store_list(w)
    w.daemon = w.start(dict(config, ct={"mode": "require"}))
    assert w.daemon.status()["log_list"]["source"] == "builtin"
    w.reload(ct=config["ct"])
    assert w.daemon.status()["log_list"]["source"] == "stored"
    assert w.is_good("a.lab")


@key("ct.update.key")
def ct_update_key(w):
    config = store_list(w)
    _, _, others = w.request.getfixturevalue("stored")
    update = config["ct"]["update"]
    w.daemon = w.start(dict(config, ct={"update": dict(update, key=others.key)}))
    assert w.daemon.status()["log_list"]["source"] == "builtin"
    w.reload(ct={"update": update})
    assert w.daemon.status()["log_list"]["source"] == "stored"


def only_pintlectl_reads(w, name, good, bad):
    """The daemon fetches nothing; it must be right all the same."""
    config = store_list(w)
    update = config["ct"]["update"]
    w.daemon = w.start(config)
    w.refuses(f"ct.update.{name}", ct={"update": dict(update, **{name: bad})})
    w.reload(ct={"update": dict(update, **{name: good})})
    assert w.is_good("a.lab")


@key("ct.update.url")
def ct_update_url(w):
    only_pintlectl_reads(w, "url", "https://other.lab/l.json", "http://other.lab/l.json")


@key("ct.update.address")
def ct_update_address(w):
    only_pintlectl_reads(w, "address", "192.0.2.9", "192.0.2.999")


# --- upstreams -----------------------------------------------------------------------

@key("upstreams")
def upstreams(w):
    one, other = two(w)
    w.begin([one])
    w.reload(upstreams=[other])
    assert w.is_good("a.test")
    assert [u["name"] for u in w.daemon.status()["upstreams"]] == ["two"]


@key("upstreams[].name")
def upstream_name(w):
    w.begin()
    assert w.is_good("a.test")
    w.change_upstream(name="another")
    assert w.is_good("b.test") and w.daemon.upstream()["name"] == "another"


@key("upstreams[].protocol")
def upstream_protocol(w):
    dot, doh = w.lab(), w.lab("doh")
    w.begin([dict(dot.upstreams["honest"], ca_file=dot.tls["ca_file"])])
    assert w.is_good("a.lab") and w.daemon.upstream()["protocol"] == "dot"
    w.reload(upstreams=[dict(doh.upstreams["honest-doh"], ca_file=doh.tls["ca_file"])])
    assert w.is_good("b.lab") and w.daemon.upstream()["protocol"] == "doh"


@key("upstreams[].url")
def upstream_url(w):
    lab = w.lab("doh")
    upstream = lab.upstreams["honest-doh"]
    w.begin([dict(upstream, url=upstream["url"].replace("dns-query", "nothing"))],
            tls=lab.tls)
    assert is_failed(ask(w.daemon, "a.lab"))
    w.reload(upstreams=[upstream])
    assert w.is_good("b.lab")


@key("upstreams[].address")
def upstream_address(w):
    other = w.toy(lambda s: [s.send(answer_a(q, "192.0.2.8")) for q in iter(s.receive, None)])
    w.begin()
    assert first(ask(w.daemon, "a.test")) == "192.0.2.7"
    w.change_upstream(address=[other.address])
    assert first(ask(w.daemon, "b.test")) == "192.0.2.8"


@key("upstreams[].auth_name")
def upstream_auth_name(w):
    w.begin()
    assert w.is_good("a.test")
    w.change_upstream(auth_name="other.test")
    assert w.is_refused("b.test", "name_mismatch")


@key("upstreams[].pins")
def upstream_pins(w):
    w.begin()
    assert w.is_good("a.test")
    w.change_upstream(pins=[OTHER_PIN])
    assert w.is_refused("b.test", "pin_mismatch")
    w.change_upstream(pins=[OTHER_PIN, pin_of(w.authority.root)])
    assert w.is_good("b.test")


@key("upstreams[].pin_mode")
def upstream_pin_mode(w):
    w.begin([dict(w.toy(serve_all).upstream("u"), pins=[OTHER_PIN])])
    assert w.is_refused("a.test", "pin_mismatch")
    w.change_upstream(pin_mode="report")
    assert w.is_good("b.test") and w.daemon.upstream()["exceptions"] == ["pin_report", "ct_off"]


@key("upstreams[].pkix")
def upstream_pkix(w):
    upstream = without_roots(w)
    upstream["pins"] = [pin_of(w.authority.certificate)]
    w.begin([upstream], tls={"ca_file": w.stranger().root})
    assert w.is_refused("a.test", "pkix_untrusted")
    w.change_upstream(pkix="pins_only")
    assert w.is_good("b.test")


@key("upstreams[].ca_file")
def upstream_ca_file(w):
    w.begin()
    assert w.is_good("a.test")
    w.change_upstream(ca_file=w.stranger().root)
    assert w.is_refused("b.test", "pkix_untrusted")


@key("upstreams[].ct")
def upstream_ct(w):
    w.begin(ct={"mode": "off"})
    assert w.is_good("a.test")
    w.change_upstream(ct="require")
    assert w.is_refused("b.test", "ct_no_scts")


@key("upstreams[].idle_timeout")
def upstream_idle_timeout(w):
    toy = w.toy(serve_all)
    w.begin([toy.upstream("u")])
    assert w.is_good("a.test") and len(toy.open) == 1
    w.change_upstream(idle_timeout="1s")
    assert w.is_good("b.test")
    wait_for("it is closed", lambda: not toy.open, 5)
