"""Reading law: our CLML reader against a bare lxml iterparse of the same files, side by side.

The bare run does what any streaming reader must: it looks at each element as it ends and empties
it. Ours makes records and counts every element and attribute as well; the goal is at most 3 times
the bare run. Both are timed in CPU seconds, in turn, the best of several runs each, so that other
work on the machine bears on neither; what ours remembers of one file is forgotten before each run. Memory is what Python holds at its peak beyond the file.
"""

from __future__ import annotations

import gzip
import io
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.readers import clml

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples" / "clml"
FILES = ("ukpga-2018-12.xml.gz", "ukpga-1991-48-metadata.xml.gz", "anaw-2014-4.xml.gz")
RUNS = 5


def bare(content: bytes) -> None:
    """Go over all elements as they end and empty them."""
    for _, element in etree.iterparse(io.BytesIO(content), events=("end",)):
        element.clear()


def seconds(run: Callable[[], object]) -> float:
    """Give the CPU seconds of one run."""
    begun = time.process_time()
    run()
    return time.process_time() - begun


def peak(run: Callable[[], object]) -> float:
    """Give the most megabytes that Python held in one run, and still holds of its result."""
    tracemalloc.start()
    run()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1e6


def compare(content: bytes, name: str) -> tuple[float, float]:
    """Give the best CPU seconds of the bare run and of ours, taken in turn."""
    pairs = []
    for _ in range(RUNS):
        plain = seconds(lambda: bare(content))
        forget()
        pairs.append((plain, seconds(lambda: clml.read(content, name))))
    return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)


def forget() -> None:
    """Empty what readers remember of one file for the next: a first reading has to pay for it."""
    for remembered in (addresses.split, addresses.key, addresses.law_iri, addresses.canonical):
        remembered.cache_clear()


def main(folder: Path = SAMPLES) -> None:
    """Print one row for each file, and one for a file as long as ten of the first."""
    print("CLML                              MB   bare MB/s   ours MB/s   ours/bare   records MB")
    for name in FILES:
        path = folder / name
        if not path.is_file():
            print(f"{name:<30} is not at {folder}: left out")
            continue
        _row(name, gzip.decompress(path.read_bytes()))
        if name == FILES[0]:
            _row("the same, ten times as long", ten_times(gzip.decompress(path.read_bytes())))


def ten_times(content: bytes) -> bytes:
    """Make a law of ten times the text: the body of ``content``, ten times over."""
    begin = content.index(b"<Body")
    end = content.index(b"</Body>") + len(b"</Body>")
    return content[:begin] + content[begin:end] * 10 + content[end:]


def _row(name: str, content: bytes) -> None:
    plain, own = compare(content, name)
    size = len(content) / 1e6
    held = peak(lambda: clml.read(content, name))
    print(
        f"{name:<30} {size:6.1f} {size / plain:11.1f} {size / own:11.1f} "
        f"{own / plain:9.2f} x {held:10.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
