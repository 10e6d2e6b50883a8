"""Pages: weight, server time and Largest Contentful Paint, against their budget.

``python -m benchmarks.pages`` builds the story graph, serves it as ``reformgraph serve`` does and
asks for every kind of page and for a sample of all entity pages, each for the first time (cold) and
again (warm); then a browser opens one page of each kind with an empty cache. ``--law FOLDER`` takes
the files of that folder in beside the story. Exit code 1 when a budget is exceeded.

Server time is what a client beside the server waits for the whole answer, packing included; beside
it stands the processor time of the server's processes, which tells the same on a busy machine. With
``warm`` (the default of ``serve``) the pages that everybody opens are made ahead; ``cold`` is
measured with it, after it is done, for that is how the service runs; ``--unwarmed`` without it.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import brotli
import zstandard

from reformgraph.ingest.build import build, chosen
from reformgraph.store import open_store

BASE = "https://w3id.org/reformgraph/"
MOST_BYTES, MOST_MS, MOST_LCP = 100_000, 30.0, 1_000.0
SAMPLE, AGAIN = 300, 5
KINDS = (
    *("/", "/page/childrens-plan-2007", "/page/dcsf", "/page/children-act-2004", "/browse"),
    *("/browse/Policy", "/lineage/childrens-plan-2007", "/story/childrens-plan-2007", "/matrix"),
    *("/concept/concept-collaboration", "/search?q=trust", "/questions", "/questions/antecedents"),
    *("/institutions", "/as-at/2007-12-11", "/changes", "/practice", "/quality", "/sources"),
    *("/force/children-act-2004", "/ontology", "/dataset", "/about", "/api", "/generations"),
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')
_UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
}
_LCP = """() => new Promise((done) => {
  let last = 0;
  new PerformanceObserver((list) => { for (const e of list.getEntries()) last = e.startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  setTimeout(() => done(last), 300);
})"""


@dataclass
class Measured:
    """One page: bytes with its assets, milliseconds cold (waited, and of processor time) and warm,
    paint in a browser.
    """

    path: str
    weight: int
    cold: float
    worked: float
    warm: list[float] = field(default_factory=list)
    paint: float | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns 1 when a budget is exceeded, else 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--law", type=Path, help="folder of law files to take in beside the story")
    parser.add_argument("--unwarmed", action="store_true", help="pages are not made ahead")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "store"
        _build(root, given.law, Path(folder))
        with _serving(root, warm=not given.unwarmed) as (port, pid):
            kinds = [_measure(port, pid, path) for path in KINDS]
            pages = [_measure(port, pid, path) for path in _sample(root)]
            _paint(port, kinds)
    return _tell(kinds, pages)


def _build(root: Path, law: Path | None, folder: Path) -> None:
    if law is None:
        build(chosen(["childrens-plan"]), root, base=BASE)
        return
    kept = folder / "law"
    command = [sys.executable, "-m", "reformgraph", "ingest", "legislation", "--from", str(law)]
    environment = os.environ | {"REFORMGRAPH_LAW": str(kept)}
    subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)
    build(chosen(["childrens-plan"]), root, base=BASE, law=kept)


def _sample(root: Path) -> list[str]:
    store = open_store(root)
    slugs = [each.slug for each in store.named()]
    store.close()
    picked = random.Random(7).sample(slugs, min(SAMPLE, len(slugs)))
    return [f"/page/{quote(slug, safe='')}" for slug in picked]


@contextmanager
def _serving(root: Path, *, warm: bool) -> Iterator[tuple[int, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = os.environ | {"REFORMGRAPH_WORKERS": "1", "REFORMGRAPH_WARM": str(int(warm))}
    process = subprocess.Popen(
        [sys.executable, "-m", "reformgraph", "serve", "--store", str(root), "--port", str(port)],
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            with (
                suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2),
            ):
                break
            time.sleep(0.1)
        if warm:
            _settle(process.pid)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)


def _settle(pid: int) -> None:
    """Wait until the server and its workers have been idle for half a minute: warming rests as long
    as it worked, and where much else is done one page may take many seconds.
    """
    idle, last = 0, -1.0
    time.sleep(5)
    for _ in range(900):
        now = _cpu(pid)
        idle = idle + 1 if now - last < 0.03 else 0
        if idle >= 30:
            return
        last = now
        time.sleep(1)


def _cpu(pid: int) -> float:
    """Seconds of processor time of a process and of all that it started (Linux's schedstat, in ns)."""
    total = 0
    for process in (pid, *_children(pid)):
        for task in Path(f"/proc/{process}/task").glob("*/schedstat"):
            with suppress(OSError, ValueError):
                total += int(task.read_text().split()[0])
    return total / 1e9


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text().split():
                found += [int(child), *_children(int(child))]
    return found


def _measure(port: int, pid: int, path: str) -> Measured:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(address: str) -> tuple[float, bytes]:
        begun = time.perf_counter()
        headers = {"Accept": "text/html", "Accept-Encoding": "gzip, deflate, br, zstd"}
        connection.request("GET", address, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{address}: {answer.status}")
        coding.append(answer.getheader("Content-Encoding", ""))
        return (time.perf_counter() - begun) * 1e3, body

    coding: list[str] = []
    ask("/health")  # the connection is there before anything is measured
    before = _cpu(pid)
    cold, body = ask(path)
    worked = (_cpu(pid) - before) * 1e3
    text = _UNPACK[coding[-1]](body).decode()
    warm = [ask(path)[0] for _ in range(AGAIN)]
    assets = dict.fromkeys(_ASSET.findall(text))
    weight = len(body) + sum(len(ask(each)[1]) for each in assets)
    connection.close()
    return Measured(path, weight, cold, worked, warm)


def _paint(port: int, pages: list[Measured]) -> None:
    """Open each page in a browser of its own cache; leaves the paint empty where there is none."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if chromium is None:
        print("no Chromium, or no playwright: Largest Contentful Paint is not measured")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for each in pages:
            context = browser.new_context(base_url=f"http://127.0.0.1:{port}")
            page = context.new_page()
            page.goto(each.path, wait_until="load")
            each.paint = float(page.evaluate(_LCP))
            context.close()
        browser.close()


def _tell(kinds: list[Measured], pages: list[Measured]) -> int:
    print(f"{'page':<34} {'kB':>6} {'cold ms':>8} {'of work':>8} {'warm ms':>8} {'LCP ms':>7}")
    for each in kinds:
        paint = f"{each.paint:7.0f}" if each.paint is not None else "      –"
        warm = statistics.median(each.warm)
        print(
            f"{each.path:<34} {each.weight / 1e3:6.1f} {each.cold:8.1f} {each.worked:8.1f} "
            f"{warm:8.1f} {paint}"
        )
    every = [*kinds, *pages]
    cold, warm_all = [p.cold for p in every], [ms for p in every for ms in p.warm]
    heaviest = max(every, key=lambda each: each.weight)
    paints = [p.paint for p in kinds if p.paint is not None]
    figures = (
        ("kB of the heaviest page with its assets", heaviest.weight / 1e3, MOST_BYTES / 1e3),
        (f"ms p95 of {len(cold)} pages, each asked once", _p95(cold), MOST_MS),
        ("ms of processor time, p95 of the same", _p95([p.worked for p in every]), MOST_MS),
        (f"ms p95 of {len(warm_all)} requests again", _p95(warm_all), MOST_MS),
        ("ms Largest Contentful Paint, slowest kind", max(paints, default=0.0), MOST_LCP),
    )
    exceeded = False
    for name, value, budget in figures:
        over = value > budget
        exceeded = exceeded or over
        print(f"{value:8.1f} of {budget:6.0f}  {name}{'  EXCEEDED' if over else ''}")
    print(
        f"entity pages, each asked once: median {statistics.median(p.cold for p in pages):.1f} ms"
    )
    print(f"heaviest: {heaviest.path}")
    return int(exceeded)


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]


if __name__ == "__main__":
    raise SystemExit(main())
