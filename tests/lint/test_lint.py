"""Each lint check finds what it is for in a small tree that is wrong, and nothing
in the same tree put right."""

import os
import shutil
import subprocess

import pytest

import hardening
import papers
import rooms
import sources
from tree import Tree, read_table

RULE = read_table("base <-\ndns <- base\ntls <- base dns/name # comment\n", "<-")
TABLE = read_table("uv.h main tls\nopenssl/ tls\n", " ")
PROGRAM = "int main(void)\n{\n\treturn 0;\n}\n"


def make_tree(folder, files):
    for path, text in files.items():
        where = os.path.join(folder, path)
        os.makedirs(os.path.dirname(where), exist_ok=True)
        with open(where, "w", encoding="utf-8") as file:
            file.write(text)
        if text.startswith("#!"):
            os.chmod(where, 0o755)
    return Tree(folder)


def build_rooms(tree):
    """lib<room>.a of each room, as make would."""
    for room, path in tree.rooms().items():
        objects = []
        for name in tree.named(".c"):
            if os.path.dirname(name) == path:
                target = os.path.join(tree.build, os.path.basename(name)[:-2] + ".o")
                subprocess.run(["cc", "-c", os.path.join(tree.src, name), "-o", target],
                               check=True)
                objects.append(target)
        if objects:
            subprocess.run(["ar", "rcs", os.path.join(tree.build, f"lib{room}.a"), *objects],
                           check=True)


# name: check, the wrong tree, what is found (in order), what puts it right
INCLUDES = {
    "upward": ({"base/a.c": '#include "dns/name.h"\n'}, 'base may not include "dns/name.h"'),
    "sideways": ({"resolver/dns/a.h": '#include "tls/x.h"\n'}, 'dns may not include'),
    "another file": ({"resolver/tls/a.c": '#include "dns/edns.h"\n'}, 'tls may not include'),
    "spaced": ({"base/a.c": '  #  include  "dns/name.h"\n'}, "base/a.c:1"),
    "no room": ({"base/a.c": '#include "a.h"\n'}, '"a.h" does not carry its room'),
    "unknown room": ({"base/a.c": '#include "zzz/a.h"\n'}, "base may not include"),
}
INCLUDES_FINE = {
    "downward": {"resolver/dns/a.c": '#include "base/a.h"\n'},
    "itself": {"resolver/dns/a.c": '#include "dns/b.h"\n'},
    "the one file": {"resolver/tls/a.c": '#include "dns/name.h"\n'},
    "main": {"resolver/main.c": '#include "tls/x.h"\n'},
    "a test": {"tests/unit/base/a.c": '#include "tls/x.h"\n'},
    "system": {"base/a.c": "#include <stdio.h>\n"},
}


@pytest.mark.parametrize("name", INCLUDES)
def test_includes_found(tmp_path, name):
    files, problem = INCLUDES[name]
    found = rooms.check_includes(make_tree(tmp_path, files), RULE)
    assert len(found) == 1 and problem in found[0]


@pytest.mark.parametrize("name", INCLUDES_FINE)
def test_includes_fine(tmp_path, name):
    assert rooms.check_includes(make_tree(tmp_path, INCLUDES_FINE[name]), RULE) == []


@pytest.mark.parametrize("path, header, problems", [
    ("base/a.c", "uv.h", 1),
    ("base/a.h", "openssl/ssl.h", 1),
    ("resolver/main.c", "openssl/ssl.h", 1),
    ("resolver/main.c", "uv.h", 0),
    ("resolver/tls/a.c", "openssl/ssl.h", 0),
    ("base/a.c", "time.h", 0),
    ("tests/lab/a.c", "openssl/ssl.h", 0),
])
def test_third_party(tmp_path, path, header, problems):
    tree = make_tree(tmp_path, {path: f"#include <{header}>\n"})
    assert len(rooms.check_third_party(tree, TABLE)) == problems


def test_unknown_room(tmp_path):
    tree = make_tree(tmp_path, {"base/a.c": "", "resolver/attic/a.c": ""})
    assert rooms.check_known(tree, RULE) == [
        "resolver/attic: room 'attic' has no line in tests/lint/rooms.txt"]


# The callee has no header here: only nm can see the call.
CALLER = "int f(void);\nint g(void);\nint g(void)\n{\n\treturn f();\n}\n"
CALLEE = "int f(void);\nint f(void)\n{\n\treturn 1;\n}\n"
SYMBOLS = {
    "upward": ({"base/a.c": CALLER, "resolver/dns/name.c": CALLEE},
               ["base/a.c calls f() of dns/name.c"]),
    "another file": ({"resolver/tls/a.c": CALLER, "resolver/dns/edns.c": CALLEE},
                     ["tls/a.c calls f() of dns/edns.c"]),
    "twice": ({"base/a.c": CALLEE, "resolver/dns/b.c": CALLEE},
              ["f is defined in both base and dns"]),
    "downward": ({"base/a.c": CALLEE, "resolver/dns/b.c": CALLER}, []),
    "the one file": ({"resolver/tls/a.c": CALLER, "resolver/dns/name.c": CALLEE}, []),
    "libc": ({"base/a.c": CALLER}, []),
}


@pytest.mark.parametrize("name", SYMBOLS)
def test_symbols(tmp_path, name):
    files, problems = SYMBOLS[name]
    tree = make_tree(tmp_path, files)
    build_rooms(tree)
    assert rooms.check_symbols(tree, RULE) == problems


def test_symbols_room_not_built(tmp_path):
    tree = make_tree(tmp_path, {"base/a.c": CALLEE})
    assert rooms.check_symbols(tree, RULE) == ["base: libbase.a is not built"]


GUARDED = "#ifndef A_H\n#define A_H\n%s#endif\n"
# check, the wrong files, the same put right, a part of what is found
OTHERS = {
    "length": (sources.check_length, {"base/a.c": "\n" * 501}, {"base/a.c": "\n" * 500},
               "501 lines"),
    "length of a script": (sources.check_length, {"a.py": "\n" * 501}, {"a.md": "\n" * 501},
                           "501 lines"),
    "conditional": (sources.check_conditionals,
                    {"base/a.c": "int f(void)\n{\n#ifdef X\n#endif\n}\n"},
                    {"base/a.c": "#ifdef X\n#endif\nint f(void)\n{\n}\n#if X\n#endif\n"},
                    "base/a.c:3"),
    "conditional's other half": (sources.check_conditionals,
                                 {"base/a.c": "int f(void)\n{\n  # else\n}\n"},
                                 {"base/a.c": "int f(void)\n{\n\telse_do();\n}\n"},
                                 "base/a.c:3"),
    "unfinished": (sources.check_unfinished, {"base/a.c": "/* TO" + "DO: all */\n"},
                   {"base/a.c": "/* to do: none */\n"}, "base/a.c:1"),
    "unfinished, by letters": (sources.check_unfinished, {"docs/a.md": "X" * 3},
                               {"docs/a.md": "mktemp a." + "X" * 6}, "docs/a.md:1"),
    "not listed": (sources.check_listed,
                   {"base/a.c": "", "base/Makefile.inc": "x = base/a.cc\n"},
                   {"base/a.c": "", "base/Makefile.inc": "x = base/a.c base/a.h\n"},
                   "base/a.c: in no Makefile.inc"),
    "not listed, a document": (sources.check_listed,
                               {"docs/a.md": "", "docs/Makefile.inc": "x = docs/b.md\n"},
                               {"docs/a.md": "", "docs/Makefile.inc": "x = docs/a.md\n"},
                               "docs/a.md: in no Makefile.inc"),
    "not listed, a folder": (sources.check_listed,
                             {"tests/x/in.json": "", "Makefile.am": "x = tests/xx\n"},
                             {"tests/x/in.json": "", "Makefile.am": "x = $(srcdir)/tests/x\n"},
                             "tests/x/in.json: in no Makefile.inc"),
    "format": (sources.check_format, {"base/a.c": "int f (void){return 0;}\n"},
               {"base/a.c": "int f(void)\n{\n  return 0;\n}\n"}, "base/a.c:1"),
    "header": (sources.check_headers, {"base/a.h": GUARDED % "size_t f(void);\n"},
               {"base/a.h": GUARDED % "#include <stddef.h>\nsize_t f(void);\n"},
               "does not compile alone"),
    "header without a guard": (sources.check_headers, {"base/a.h": "struct a { int b; };\n"},
                               {"base/a.h": GUARDED % "struct a { int b; };\n"},
                               "does not compile alone"),
    "shell": (papers.check_shell, {"a.sh": "#!/bin/sh\nrm $1\n"},
              {"a.sh": '#!/bin/sh\nrm "$1"\n'}, "SC2086"),
    "shell without an ending": (papers.check_shell, {".ci/run": "#!/bin/bash\nrm $1\n"},
                                {".ci/run": "#!/usr/bin/awk -f\nrm $1\n"}, "SC2086"),
    "manual": (papers.check_manual, {"docs/a.8": ".Dd today\n.Dt A 8\n.Os\n.Sh NAME\n"},
               {"docs/a.8": ".Dd November 23, 2026\n.Dt A 8\n.Os\n.Sh NAME\n.Nm a\n"
                            ".Nd a thing\n"}, "docs/a.8"),
    "link": (papers.check_links, {"docs/a.md": "[b](b.md#c)"},
             {"docs/a.md": "[b](b.md#c) [w](https://w) [d](#d)", "docs/b.md": ""}, "b.md"),
    "link upward": (papers.check_links, {"docs/a.md": "[b](../b.md)", "docs/b.md": ""},
                    {"docs/a.md": "[b](../b.md)", "b.md": ""}, "b.md"),
    "name of a file": (papers.check_links, {"a.md": "`base/a.c`", "base/b.c": ""},
                       {"a.md": "`base/a.c` `other/a.c` `base/fuzz_a`", "base/a.c": ""},
                       "base/a.c"),
    "architecture": (papers.check_architecture,
                     {"docs/ARCHITECTURE.md": "dns/", "base/a.c": "", "resolver/dns/a.c": ""},
                     {"docs/ARCHITECTURE.md": "dns/ base/", "base/a.c": "",
                      "resolver/dns/a.c": ""}, "does not name base/"),
}
STYLE = ("BasedOnStyle: LLVM\nBreakBeforeBraces: Linux\n"
         "AllowShortFunctionsOnASingleLine: None\n")


@pytest.fixture(autouse=True)
def plain_compiler(monkeypatch):
    """The build's flags name paths of the build."""
    monkeypatch.setenv("LINT_CC", "cc")


@pytest.mark.parametrize("name", OTHERS)
def test_found(tmp_path, name):
    check, files, _, problem = OTHERS[name]
    found = check(make_tree(tmp_path, files | {".clang-format": STYLE}))
    if found is None:
        pytest.skip("the tool is not installed")
    assert any(problem in line for line in found), found


@pytest.mark.parametrize("name", OTHERS)
def test_fine(tmp_path, name):
    check, _, files, _ = OTHERS[name]
    assert not check(make_tree(tmp_path, files | {".clang-format": STYLE}))


def test_no_architecture_is_no_pass(tmp_path):
    assert papers.check_architecture(make_tree(tmp_path, {"base/a.c": ""})) is None


def test_builds_and_tarballs_are_not_sources(tmp_path):
    tree = make_tree(tmp_path, {
        "base/a.c": "", "out/config.status": "", "out/base/b.c": "",
        "pintle-1.2.3/base/c.c": "", "_build/d.c": "", ".git/e.c": "", ".ci/run": "",
        "configure": "", "configure~": ""})
    assert tree.files == [".ci/run", "base/a.c"]


@pytest.mark.parametrize("flags, problems", [
    ("-fPIE -pie -Wl,-z,relro,-z,now,-z,noexecstack", []),
    ("-no-pie -Wl,-z,relro,-z,now,-z,noexecstack", ["PIE"]),
    ("-fPIE -pie -Wl,-z,norelro,-z,now,-z,noexecstack", ["RELRO"]),
    ("-fPIE -pie -Wl,-z,relro,-z,lazy,-z,noexecstack", ["BIND_NOW"]),
    ("-fPIE -pie -Wl,-z,relro,-z,now,-z,execstack", ["a stack without execute"]),
])
def test_hardening(tmp_path, flags, problems):
    if shutil.which("cc") is None:
        pytest.skip("no compiler named cc")
    make_tree(tmp_path, {"a.c": PROGRAM})
    subprocess.run(["cc", *flags.split(), "-o", tmp_path / "a", tmp_path / "a.c"],
                   check=True, stderr=subprocess.DEVNULL)
    assert hardening.check_program(tmp_path / "a") == [f"a: no {what}" for what in problems]
