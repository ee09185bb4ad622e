"""Certificate Transparency where the lab's one configuration does not reach: other
policies, other log lists, and what becomes of a list at a reload. Every refusal here
has beside it what differs by one thing and is accepted."""

import copy
import datetime
import functools
import json
import os

import pytest

ACCEPTED = "accepted"

# --- helpers -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def ct_lab(start_lab):
    return start_lab(*POLICIES, "honest", "honest-address")


@pytest.fixture
def guard(start, ct_lab):
    """A function that starts a daemon in front of the lab's upstreams named."""
    def begin(*names, log_list=None, upstream_keys=(), **ct):
        upstreams = [dict(ct_lab.upstreams[name], name=name, **dict(upstream_keys))
                     for name in names]
        ct = dict(ct_lab.ct, **ct)
        if log_list is not None:
            ct["log_list"] = log_list
        return start(upstreams, tls=ct_lab.tls, ct=ct)
    return begin


def judge(daemon, lab, name):
    """What becomes of an upstream when it is asked: "accepted", or the first reason;
    whoever is refused gets no byte."""
    before = lab.counters(name)["query_bytes"]
    done = daemon.ctl("query", "example.lab", "--upstream", name, "--json")
    got = lab.counters(name)["query_bytes"] - before
    verdict = daemon.upstream(name)["verdict"]
    if done.returncode == 0:
        assert verdict["accepted"] and got > 0, (name, verdict, got)
        return ACCEPTED
    assert done.returncode == 3 and not verdict["accepted"], (done.stderr, verdict)
    assert got == 0, f"{got} bytes for {name}"
    return verdict["reasons"][0]


@pytest.fixture
def edited(ct_lab, edit_list):
    """A function: the lab's list, edited, as a file; gives its path."""
    return functools.partial(edit_list, ct_lab)


def at(**ago):
    """A time relative to now."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return (now + datetime.timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def logs_of(content, *names):
    """The logs so named; all of them without a name."""
    return [log for operator in content["operators"]
            for log in operator["logs"] + operator["tiled_logs"]
            if not names or log["description"] in names]


# --- policies ------------------------------------------------------------------------

NAMES = ["strict", "chrome", "mozilla", "apple"]
FEW = "ct_too_few"
# A scenario, and what each policy above makes of it.
POLICIES = {
    "ct-none": 4 * ["ct_no_scts"],
    "ct-too-few": 4 * [FEW],
    "ct-long-lived": 4 * [FEW],
    "ct-one-operator": 4 * ["ct_operators"],
    "ct-no-leaf-index": [FEW, ACCEPTED, FEW, ACCEPTED],
    "ct-retired-since": 4 * [ACCEPTED],
    "ct-tls": 4 * [ACCEPTED],
    "ct-tls-one": 4 * [FEW],
    "ct-mixed": 4 * [FEW],
    "ct-intermediate-tls": 4 * ["ct_no_scts"],
    "ct-ocsp": ["ct_no_scts", "ct_no_scts", ACCEPTED, ACCEPTED],
    "ct-tls-and-ocsp": [FEW, FEW, ACCEPTED, FEW],
}


@pytest.mark.parametrize("policy", NAMES)
def test_policy(guard, ct_lab, policy):
    daemon = guard(*POLICIES, "honest", policy=policy)
    wanted = {name: row[NAMES.index(policy)] for name, row in POLICIES.items()}
    wanted["honest"] = ACCEPTED
    assert {name: judge(daemon, ct_lab, name) for name in wanted} == wanted


def test_report(guard, ct_lab):
    """`report` says what `require` would refuse, and refuses nothing."""
    daemon = guard("ct-none", "honest", mode="report")
    assert judge(daemon, ct_lab, "ct-none") == ACCEPTED
    assert daemon.upstream("ct-none")["verdict"]["ct"]["reason"] == "ct_no_scts"
    assert judge(daemon, ct_lab, "honest") == ACCEPTED
    assert daemon.upstream("honest")["verdict"]["ct"]["reason"] is None


def test_required_of_one(guard, ct_lab):
    """The upstream's own key goes before ct.mode."""
    daemon = guard("ct-none", mode="off", upstream_keys=[("ct", "require")])
    assert judge(daemon, ct_lab, "ct-none") == "ct_no_scts"


# --- the list --------------------------------------------------------------------------

USED = ["Lab Alder", "Lab Birch"]  # two of the three that the honest upstream shows


def set_state(state, **ago):
    def edit(content):
        for log in logs_of(content, *USED):
            log["state"] = {state: {"timestamp": at(**ago)}}
    return edit


def drop(content):
    for operator in content["operators"]:
        for key in ("logs", "tiled_logs"):
            operator[key] = [log for log in operator[key] if log["description"] not in USED]


def merge_operators(content):
    """All under one name, but for those the honest upstream does not show."""
    for operator in content["operators"]:
        if operator["name"] in ("Alder Lab", "Birch Lab", "Cedar Lab"):
            operator["name"] = "One Lab"


def sell_all(content):
    """Likewise, but only since an hour ago, after the SCTs."""
    for log in logs_of(content, *USED, "Lab Cedar"):
        name = next(o["name"] for o in content["operators"]
                    if log in o["logs"] + o["tiled_logs"])
        log["previous_operators"] = [{"name": name, "end_time": at(hours=-1)}]
    merge_operators(content)


def end_shards(content):
    for log in logs_of(content, *USED):
        log["temporal_interval"]["end_exclusive"] = at(days=30)


def no_times(content):
    for log in logs_of(content, *USED):
        del log["temporal_interval"]


def wrong_keys(content):
    """Each has the other's ID."""
    one, other = logs_of(content, *USED)
    one["log_id"], other["log_id"] = other["log_id"], one["log_id"]


# What is done to the list, and what becomes of the honest upstream.
LISTS = {
    "as it is": (lambda content: None, ACCEPTED),
    "rejected": (set_state("rejected", days=-1), FEW),
    "pending": (set_state("pending", days=-1), FEW),
    "rejected tomorrow": (set_state("rejected", days=1), FEW),
    "retired before": (set_state("retired", days=-9), FEW),
    "retired since": (set_state("retired", hours=-1), ACCEPTED),
    "retired tomorrow": (set_state("retired", days=1), ACCEPTED),
    "not listed": (drop, FEW),
    "one operator": (merge_operators, "ct_operators"),
    "one operator since": (sell_all, ACCEPTED),
    "other shards": (end_shards, FEW),
    "no shards": (no_times, ACCEPTED),
    "wrong IDs": (wrong_keys, FEW),
}


@pytest.mark.parametrize("case", LISTS)
def test_list(guard, ct_lab, edited, case):
    edit, wanted = LISTS[case]
    daemon = guard("honest", log_list=edited(edit))
    assert judge(daemon, ct_lab, "honest") == wanted


BROKEN = {
    "cut": lambda text: text[:len(text) // 2],
    "empty": lambda text: "",
    "duplicate key": lambda text: text.replace('"version"', '"operators": [], "version"', 1),
    "base64": lambda text: text.replace('"key": "M', '"key": "-', 1),
    "no operators": lambda text: text.replace('"operators"', '"operator"', 1),
}


# --- reload ------------------------------------------------------------------------------

def list_in_force(daemon):
    return daemon.status()["log_list"]["timestamp"]


@pytest.fixture(params=["another file", "the same file"])
def offer(request, edited):
    """A function: has the daemon reload with another list, which lies in another file,
    or in place of the one that is used."""
    def reload(daemon, source):
        path = daemon.config["ct"]["log_list"]
        config = copy.deepcopy(daemon.config)
        if request.param == "another file":
            config["ct"]["log_list"] = source
        else:
            os.replace(source, path)
        return daemon.reload(config)
    return reload


@pytest.fixture
def in_force(guard, ct_lab, edited):
    """A daemon with the honest upstream, accepted, and a list of its own."""
    daemon = guard("honest", log_list=edited(lambda content: None, "in-force.json"))
    assert judge(daemon, ct_lab, "honest") == ACCEPTED
    return daemon


def date(when, edit=lambda content: None):
    def both(content):
        content["log_list_timestamp"] = when
        edit(content)
    return both


def test_newer_list(in_force, ct_lab, edited, offer):
    """It counts at once: the connection made under the old one gets nothing more."""
    newer = edited(date(at(seconds=1), set_state("rejected", days=-1)))
    assert offer(in_force, newer)["ok"]
    assert judge(in_force, ct_lab, "honest") == FEW


def test_newer_list_that_changes_nothing(in_force, ct_lab, edited, offer):
    when = at(seconds=1)
    assert offer(in_force, edited(date(when)))["ok"]
    assert judge(in_force, ct_lab, "honest") == ACCEPTED
    assert list_in_force(in_force) == when


def test_older_list(in_force, ct_lab, edited, offer):
    """What a newer list took away does not come back; the configuration stays whole."""
    before = list_in_force(in_force)
    older = edited(date(at(days=-30), set_state("rejected", days=-31)))
    answer = offer(in_force, older)
    assert not answer["ok"], answer
    assert f"older than the one in force, of {before}" in answer["error"]
    assert judge(in_force, ct_lab, "honest") == ACCEPTED
    assert list_in_force(in_force) == before
    assert in_force.upstream()["handshakes"] == 1


def test_older_list_of_the_lab(in_force, ct_lab):
    """The one that the lab writes."""
    config = copy.deepcopy(in_force.config)
    config["ct"]["log_list"] = os.path.join(ct_lab.directory, "ct-logs-older.json")
    assert not in_force.reload(config)["ok"]
    assert judge(in_force, ct_lab, "honest") == ACCEPTED


@pytest.mark.parametrize("fault", BROKEN)
def test_broken_list(in_force, ct_lab, write, offer, fault):
    """The one in force stays, and what is wrong is said."""
    before = list_in_force(in_force)
    with open(ct_lab.ct["log_list"], encoding="utf-8") as file:
        path = write(BROKEN[fault](file.read()), "broken.json")
    answer = offer(in_force, path)
    assert not answer["ok"] and answer["exit"] == 78, answer
    assert "ct.log_list: " in answer["error"] and ".json" in answer["error"]
    assert judge(in_force, ct_lab, "honest") == ACCEPTED
    assert list_in_force(in_force) == before
    assert in_force.upstream()["handshakes"] == 1
    assert in_force.status()["reloads"] == 0


def test_broken_list_of_the_lab(in_force, ct_lab):
    config = copy.deepcopy(in_force.config)
    config["ct"]["log_list"] = os.path.join(ct_lab.directory, "ct-logs-broken.json")
    assert not in_force.reload(config)["ok"]
    assert judge(in_force, ct_lab, "honest") == ACCEPTED
