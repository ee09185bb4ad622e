"""Every key of pintle.yaml takes effect at a reload, or is refused with the reason. A row
of the schema without an entry here is an error."""

import glob
import os
import re

import pytest

from harness import SOURCE
import reload_keys_dnssec  # noqa: F401 (its entries)
import reload_keys_names  # noqa: F401
import reload_keys_tls  # noqa: F401
from reload_keys import KEYS, World
from test_clock import fixture_at_boot  # noqa: F401 (a fixture)
from test_ct_daemon import stored  # noqa: F401 (a fixture)


def schema():
    """What there is, as errors and the manual call it: read from the tables themselves."""
    tables, prefixes = {}, {}
    for path in glob.glob(os.path.join(SOURCE, "resolver/config/*.c")):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for table, rows in re.findall(
                r"schema_row (\w+)\[\] = \{\n(.*?)\n\};", text, re.DOTALL):
            tables[table] = re.findall(r'^\t\{ "([\w.]+)", TYPE_', rows, re.MULTILINE)
            assert len(tables[table]) == rows.count("TYPE_"), f"{table} is not understood"
        prefixes.update((table, prefix) for prefix, table in re.findall(
            r'struct schema \w+ = \{ "([^"]*)",\s+(\w+),', text))
    assert tables.keys() == prefixes.keys() and len(tables) >= 3
    return [prefixes[table] + row for table, rows in tables.items() for row in rows]


def test_each_key_has_an_entry():
    assert sorted(schema()) == sorted(KEYS)


@pytest.mark.parametrize("name", KEYS)
def test_key(name, start, toy, authority, place, request):
    KEYS[name](World(start, toy, authority, place, request))
