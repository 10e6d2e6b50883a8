"""Reading effects: our reader of changes feeds against a bare lxml iterparse of the same bytes.

The bare run looks at each element as it ends and empties it. Ours makes an Effect of each
``ukm:Effect`` and counts every element and attribute. CPU seconds, in turn, the best of several.
"""

from __future__ import annotations

import gzip
import io
import time
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from reformgraph.ingest.law.readers import effects

FEED = (
    Path(__file__).resolve().parents[2]
    / "shared/samples/atom/changes-affecting-ukpga-2002-38.feed.gz"
)
RUNS = 7


def bare(content: bytes) -> None:
    """Go over all elements as they end and empty them."""
    for _, element in etree.iterparse(io.BytesIO(content), events=("end",)):
        element.clear()


def seconds(run: Callable[[], object]) -> float:
    """Give the CPU seconds of one run."""
    begun = time.process_time()
    run()
    return time.process_time() - begun


def main(feed: Path = FEED) -> None:
    """Print effects and megabytes a second of both, and the ratio."""
    if not feed.is_file():
        print(f"effects: {feed} is not there: left out")
        return
    content = gzip.decompress(feed.read_bytes())
    found = len(effects.read(content, feed.name).effects)
    pairs = [
        (seconds(lambda: bare(content)), seconds(lambda: effects.read(content, feed.name)))
        for _ in range(RUNS)
    ]
    plain, own = (min(pair[side] for pair in pairs) for side in (0, 1))
    size = len(content) / 1e6
    print("effects                            MB   bare MB/s   ours MB/s   ours/bare   effects/s")
    print(
        f"{feed.name:<40} {size:.1f} {size / plain:9.1f} {size / own:11.1f} "
        f"{own / plain:9.2f} x {found / own:11,.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
