"""Large answers on their way to clients: how many at a time, so that slow readers block nobody.

An answer too large to be handed over in one piece holds an open file until its reader has it all,
and some readers never do (hazard 24). There are half as many places as threads.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import BinaryIO

from werkzeug.wsgi import FileWrapper

from reformgraph.errors import Busy

CHUNK = 1 << 16


class Streams:
    """The places for large answers of one HTTP worker. Thread-safe."""

    def __init__(self, threads: int) -> None:
        self._free = threading.BoundedSemaphore(max(1, threads // 2))

    def open(self, file: BinaryIO) -> Stream:
        """Take a place for ``file``; raises Busy, closing it, when there is none."""
        if not self._free.acquire(blocking=False):
            file.close()
            raise Busy(
                "as many large answers as can be are on their way to others",
                headers={"Retry-After": "5"},
            )
        return Stream(file, self._free)


class Stream(FileWrapper):
    """The pieces of a file; gives its place back when it is closed or was read to its end."""

    def __init__(self, file: BinaryIO, free: threading.BoundedSemaphore) -> None:
        super().__init__(file, CHUNK)
        self._place: threading.BoundedSemaphore | None = free

    def close(self) -> None:
        """Close the file and free the place, once."""
        place, self._place = self._place, None
        super().close()
        if place is not None:
            place.release()

    def pieces(self) -> Iterator[bytes]:
        """Yield the pieces without giving the place back at the end."""
        while piece := self.file.read(CHUNK):
            yield piece

    def swap(self, file: BinaryIO) -> None:
        """Go on with another file in the same place; the first is closed."""
        self.file.close()
        self.file = file

    def __next__(self) -> bytes:
        try:
            return super().__next__()
        except StopIteration:
            self.close()
            raise

    def __del__(self) -> None:
        # The server may drop what it has not begun to read.
        self.close()
