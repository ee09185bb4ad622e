"""What the tests of tests/system share is shared here too."""

import os
import signal
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "system"))

# pylint: disable=wrong-import-position
from servers import Authority  # noqa: E402

# Who ends the tests wants no namespaces left.
signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """A certificate authority made with openssl."""
    path = tmp_path_factory.mktemp("authority")
    for directory in (path.parent, path.parent.parent):
        os.chmod(directory, 0o755)
    return Authority(str(path))


@pytest.fixture(scope="session")
def twice():
    """A function: what a busy machine spoilt is measured once more."""
    def measure(what, is_good):
        figures = what()
        if not is_good(figures):
            print("once more:", figures.line())
            figures = what()
        assert is_good(figures), figures
        return figures
    return measure
