"""The lint checks over this tree; test_lint.py shows that each can fail."""

import os

import pytest

import hardening
import papers
import rooms
import sources
from tree import Tree

TREE = Tree(os.environ.get("srcdir", "."), os.environ.get("builddir", "."))
PROGRAMS = os.environ.get("LINT_PROGRAMS", "").split()


@pytest.mark.parametrize("check", rooms.CHECKS + sources.CHECKS + papers.CHECKS,
                         ids=lambda check: check.__name__)
def test_tree(check):
    problems = check(TREE)
    if problems is None:
        pytest.skip("what this check needs is not there")
    assert not problems, "\n" + "\n".join(problems)


@pytest.mark.skipif(os.environ.get("LINT_HARDENING") != "yes",
                    reason="configured without hardening")
@pytest.mark.parametrize("program", PROGRAMS)
def test_hardening(program):
    assert hardening.check_program(os.path.join(TREE.build, program)) == []
