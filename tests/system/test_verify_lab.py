"""What probe says of a spoofed upstream is what verify says of the same bytes in files:
one function judges both. The lab writes down what its upstreams show."""
import json
import pathlib

import pytest

from harness import LAB, run
from pintlectl import OK, REFUSED, ctl

KINDS = ("ct-", "rogue-", "staple", "must-staple")


def scenarios():
    if not pathlib.Path(LAB).exists():
        return []
    return [name for name in (line.split()[0] for line in run([LAB, "list"]).stdout.splitlines())
            if name.startswith(KINDS)]


@pytest.fixture(name="files", scope="module")
def fixture_files(start_lab):
    """A lab of all these, and its issuers' files by pin."""
    lab = start_lab(*scenarios())
    where = pathlib.Path(lab.directory)
    issuers = [path for path in where.glob("*.pem") if not path.name.startswith("leaf-")]
    said = json.loads(ctl("pins", "--json", *issuers).out)
    return lab, where, {one["pin"]: pathlib.Path(one["file"]) for one in said}


def option(name, path):
    return [name, path] if path.exists() else []


@pytest.mark.parametrize("name", scenarios())
def test_offline(files, tmp_path, name):
    lab, where, issuers = files
    online = ctl("-c", where / "pintle.yaml", "probe", name, "--json")
    seen = json.loads(online.out)
    # Refused before the staple came, which could not have helped.
    early = seen["ocsp"]["status"] == "awaited"
    chain = [where / f"leaf-{name}.pem"]
    chain += [issuers[one["pin"]] for one in seen["pkix"]["chain"][1:]]
    (tmp_path / "chain.pem").write_bytes(b"".join(path.read_bytes() for path in chain))
    upstream = lab.upstreams[name]
    pins = [word for pin in upstream.get("pins", []) for word in ("--pin", pin)]
    offline = ctl(
        "verify", "--json", "--chain", tmp_path / "chain.pem", "--name",
        upstream["auth_name"], "--roots", upstream.get("ca_file", lab.tls["ca_file"]),
        "--log-list", lab.ct["log_list"], *pins,
        *option("--sct", where / f"leaf-{name}.scts"),
        *([] if early else option("--ocsp", where / f"leaf-{name}.ocsp")))
    said = json.loads(offline.out)
    assert offline.returncode == online.returncode and online.returncode in (OK, REFUSED)
    for key in ("accepted", "reasons", "explanation", "ct"):
        assert said[key] == seen[key], key
    assert early or said["ocsp"] == seen["ocsp"]


def test_the_lab_is_there():
    if not scenarios():
        pytest.skip(f"{LAB} was not built: nothing is compared")
