"""A build in a process of its own, to be killed: ``publisher.py ROOT EXTRA [MODULE.FUNCTION]``.

With a function's name it kills itself where that function would have been called.
"""

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from conftest import numbers

from reformgraph.store import generations, writer


def main(root: str, extra: str, moment: str = "") -> None:
    if moment:
        module, _, name = moment.partition(".")
        home = {"writer": writer, "generations": generations}[module]
        setattr(home, name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
    print(numbers(Path(root), int(extra)))


main(*sys.argv[1:])
