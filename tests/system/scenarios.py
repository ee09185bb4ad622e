"""The lab's table of scenarios, and whether a daemon keeps to a line of it."""

import re
import subprocess

from harness import LAB, wait_for

ONLY = {"dot": "(DoT only)", "doh": "(DoH only)"}


def listed(protocol):
    """What is served over one protocol, as it is printed: (name, verdict, reason). Over
    DoH the names are those of its listeners."""
    out = subprocess.run([LAB, "list"], check=True, capture_output=True, text=True).stdout
    found = []
    for line in out.splitlines():
        name, verdict, reason = line.split()[:3]
        both = not line.endswith(tuple(ONLY.values()))
        if both or line.endswith(ONLY[protocol]):
            name += "-doh" if both and protocol == "doh" else ""
            found.append((name, verdict, reason))
    return found


def query(daemon, upstream):
    """How `pintlectl query` ended."""
    return daemon.ctl("query", "example.lab", "--upstream", upstream, "--json")


def check_row(daemon, lab, row, has_second):
    """One line of the table; a text for what is wrong with it."""
    name, role = row["name"], row["role"]
    done = query(daemon, name)
    counts = lab.counters(name, role)
    upstream = daemon.upstream(name)
    verdict = upstream["verdict"]
    if row["expected"] == "accepted":
        problems = [
            (verdict is None or not verdict["accepted"]) and f"verdict {verdict}",
        ]
        # There the answer may lose the race against the end of the connection.
        if not name.startswith("renegotiate"):
            problems += [
                done.returncode != 0 and f"exit code {done.returncode}: {done.stderr}",
                counts["query_bytes"] == 0 and "no query arrived",
                upstream["handshakes"] != 1 and "not one handshake",
            ]
        return [p for p in problems if p]
    if has_second:
        return check_second(lab, name, done, counts, upstream)
    problems = [
        done.returncode != 3 and f"exit code {done.returncode}: {done.stdout} {done.stderr}",
        counts["application_bytes"] != 0
        and f"{counts['application_bytes']} bytes behind the handshake",
        verdict is None and "no verdict",
        verdict is not None and verdict["accepted"] and "accepted",
        verdict is not None and verdict["reasons"] != [row["reason"]]
        and f"reasons {verdict['reasons']}",
        upstream["handshakes"] != 0 and "a handshake was completed",
        upstream["queries"] != 0 and "a query was sent",
    ]
    return [p for p in problems if p]


def check_second(lab, name, done, counts, upstream):
    """Refused at the first address, accepted at the second."""
    second = lab.counters(name, "second")
    problems = [
        done.returncode != 0 and f"exit code {done.returncode}: {done.stderr}",
        counts["query_bytes"] != 0 and "the first address got a query",
        second["query_bytes"] == 0 and "the second address got none",
        upstream["connection"]["address"] != second["address"] and "another address",
    ]
    return [p for p in problems if p]


# Where TLS got as far as our "no": what is said then (RFC 8446 §6.2).
ALERTS = {
    "pkix_untrusted": "unknown CA",
    "pkix_expired": "certificate expired",
    "clock_suspect": "bad certificate|certificate expired",
    "pkix_signature": "decrypt error|bad certificate",
    "pkix_constraint": "unknown CA|bad certificate|unsupported certificate|"
                       "handshake failure|certificate unknown",
    "pkix_purpose": "unsupported certificate",
    "pkix_weak": "handshake failure|bad certificate|internal error|unknown CA",
    "pkix_denied": "bad certificate status response",
    "name_mismatch": "bad certificate|certificate unknown",
    "pin_mismatch": "bad certificate status response|bad certificate|certificate unknown",
    "pkix_revoked": "bad certificate status response",  # RFC 6066, section 8
    "ocsp_required": "bad certificate status response",
    "ct_no_scts": "bad certificate status response",
    "ct_too_few": "bad certificate status response",
    "ct_operators": "bad certificate status response",
}


def check_alert(daemon, lab, row):
    """A refused server is told, with a certificate's alert; a text if it is not."""
    query(daemon, row["name"])

    def alert():
        said = lab.counters(row["name"], row["role"])["last_alert"]
        return said if said != "-" else None
    said = wait_for(f"an alert to {row['name']}", alert)
    if re.fullmatch(ALERTS[row["reason"]], said) is None:
        return f"{row['name']} ({row['reason']}): {said}"
    return None


def check_table(daemon, lab):
    """All lines; what is wrong with them."""
    rows = lab.rows()
    with_second = {row["name"] for row in rows if row["role"] == "second"}
    return [f"{row['name']} ({row['expected']}, {row['reason']}): {problem}"
            for row in rows if row["role"] != "second"
            for problem in check_row(daemon, lab, row, row["role"] == "scenario"
                                     and row["name"] in with_second)]
