"""Holds a small graph and forks query processes: ``python -m reformgraph.store.processes.nursery COPY MEMORY CPU PARENT``.

To read a graph into memory takes a third of a second and some 400 bytes a statement. Here that is done
once for all query processes of an HTTP worker: each is a fork, there in milliseconds, and shares the
memory of the graph with the others as long as nobody writes to it, which the engine never does.

Standard input is a socket. To the nursery: a byte with two descriptors, what the new process reads
and answers queries by (see ``worker``) and what its last words go to. From it, a line each: ``ready``,
``forked PID``, ``ended PID CODE`` (negative: by that signal). It ends with the thread that started
it, or when that hangs up, and its processes end with it.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pyoxigraph

from reformgraph.store import graph_copy
from reformgraph.store.known.shortcuts import Shortcuts
from reformgraph.store.processes import worker


def main(arguments: list[str]) -> None:
    """Read the copy, then fork as often as asked, until the parent hangs up."""
    copy, memory, cpu, parent = Path(arguments[0]), *map(int, arguments[1:])
    worker.begin(parent)
    nursery = os.getpid()
    store, shortcuts = graph_copy.load(copy), worker.known(copy.parent)
    gc.collect()
    gc.freeze()  # what the collector does not touch stays shared
    control = socket.socket(fileno=os.dup(0))
    ended, wake = os.pipe()
    for end in (ended, wake):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake)
    control.sendall(b"ready\n")
    while True:
        readable, _, _ = select.select([control.fileno(), ended], [], [])
        if ended in readable:
            with suppress(BlockingIOError):
                os.read(ended, 512)
            _tell_ended(control)
        if control.fileno() in readable:
            asked, descriptors, _, _ = socket.recv_fds(control, 1, 2)
            if not asked:
                return
            if (child := os.fork()) == 0:
                others = (control.fileno(), ended, wake)
                _be(store, shortcuts, (memory, cpu, nursery), descriptors, others)
            for descriptor in descriptors:
                os.close(descriptor)
            control.sendall(b"forked %d\n" % child)


def _tell_ended(control: socket.socket) -> None:
    with suppress(ChildProcessError):
        while True:
            child, status = os.waitpid(-1, os.WNOHANG)
            if not child:
                return
            control.sendall(b"ended %d %d\n" % (child, os.waitstatus_to_exitcode(status)))


def _be(
    store: pyoxigraph.Store,
    shortcuts: Shortcuts | None,
    limits: tuple[int, int, int],
    descriptors: list[int],
    others: tuple[int, ...],
) -> NoReturn:
    """Be a query process, in the fork, until its end. ``limits``: memory, cpu, whose fork it is."""
    code = 1
    memory, cpu, nursery = limits
    try:
        channel, words = descriptors
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(channel, 0)
        os.dup2(words, 2)
        for descriptor in (*descriptors, *others):
            os.close(descriptor)
        worker.begin(nursery)
        worker.run(store, shortcuts, memory, cpu)
        code = 0
    except BaseException as error:  # noqa: BLE001  whatever it was must not go on as the nursery
        print(f"{error!r}", file=sys.stderr, flush=True)
    finally:
        os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1:])
