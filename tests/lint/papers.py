"""Checks of what stands beside the sources: scripts, manual pages, documents."""

import os
import re
import shutil
import subprocess

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# A path in backquotes that can only mean a file of the tree.
QUOTED = re.compile(r"`([\w.-]+(?:/[\w.-]+)+\.(?:c|h|md|py|sh|txt|yaml|inc))`")
ARCHITECTURE = "docs/ARCHITECTURE.md"


def run_tool(tree, command, files):
    """The output's lines of a tool that fails when it finds something."""
    if shutil.which(command[0]) is None:
        return None
    if not files:
        return []
    done = subprocess.run(command + files, cwd=tree.src, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.splitlines() if done.returncode != 0 else []


def is_shell_script(tree, path):
    if path.endswith(".sh"):
        return True
    name = os.path.basename(path)
    if "." in name.lstrip(".") or not os.access(os.path.join(tree.src, path), os.X_OK):
        return False
    return re.match(r"#!.*\b(sh|bash|dash|ash)\b", tree.text(path)[:80]) is not None


def check_shell(tree):
    """shellcheck is content. None where it is not installed."""
    scripts = [path for path in tree.files if is_shell_script(tree, path)]
    return run_tool(tree, ["shellcheck", "-f", "gcc"], scripts)


def check_manual(tree):
    """mandoc is content with the manual pages. None where it is not installed."""
    pages = [path for path in tree.files
             if re.search(r"\.[158]$", path) and path.split("/")[0] in ("docs", "conf")]
    return run_tool(tree, ["mandoc", "-Tlint", "-Wwarning"], pages)


def check_links(tree):
    """What a document points to in the tree is there."""
    problems = []
    for path in tree.named(".md"):
        folder = os.path.dirname(path)
        for number, line in tree.lines(path):
            for target in LINK.findall(line):
                file = target.split("#")[0]
                if "://" in target or target.startswith("mailto:") or not file:
                    continue
                if not tree.exists(os.path.join(folder, file)):
                    problems.append(f"{path}:{number}: link to {target}, which is not there")
            for file in QUOTED.findall(line):
                top = file.split("/")[0]
                if tree.exists(top) and not tree.exists(file):
                    problems.append(f"{path}:{number}: names {file}, which is not there")
    return problems


def check_architecture(tree):
    """The map of the rooms names each of them. None without a map."""
    if not tree.exists(ARCHITECTURE):
        return None
    text = tree.text(ARCHITECTURE)
    return [
        f"{ARCHITECTURE}: does not name {path}/"
        for room, path in sorted(tree.rooms().items())
        if re.search(rf"\b{room}/", text) is None
    ]


CHECKS = [check_shell, check_manual, check_links, check_architecture]
