"""Reading effects: our reader of changes feeds against a bare lxml iterparse of the same bytes.

The bare run looks at each element as it ends and empties it. Ours makes an Effect of each
``ukm:Effect`` and counts every element and attribute. CPU seconds, in turn, the best of several.
"""

from __future__ import annotations

import gzip
from pathlib import Path

from benchmarks.ingest import bare, forget, seconds
from reformgraph.ingest.law.readers import effects

FEED = (
    Path(__file__).resolve().parents[2]
    / "shared/samples/atom/changes-affecting-ukpga-2002-38.feed.gz"
)
RUNS = 7


def main(feed: Path = FEED) -> None:
    """Print effects and megabytes a second of both, and the ratio."""
    if not feed.is_file():
        print(f"effects: {feed} is not there: left out")
        return
    content = gzip.decompress(feed.read_bytes())
    found = len(effects.read(content, feed.name).effects)
    pairs = []
    for _ in range(RUNS):
        plain = seconds(lambda: bare(content))
        forget()
        pairs.append((plain, seconds(lambda: effects.read(content, feed.name))))
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
