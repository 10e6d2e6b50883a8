"""Templates that one process has compiled, for the others: to compile all takes most of a second."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from jinja2.bccache import Bucket, FileSystemBytecodeCache


class Compiled(FileSystemBytecodeCache):
    """Compiled templates in a folder that nobody else may write to: they are code."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder), "template-%s")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read a template, where it can be read."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write a template, where there is room."""
        with suppress(OSError):
            super().dump_bytecode(bucket)
