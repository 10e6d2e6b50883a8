"""``/sparql`` against other engines' servers, side by side on one graph.

All servers run at the same time and each query goes to each of them in turn, so that whatever else
the machine does hits all alike. Ratios above 1 mean that ours is faster; a spread is the middle
half of the ratios of single queries. ``python -m benchmarks.sparql --help``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import pyoxigraph

from benchmarks import generated, mix, peers
from benchmarks.load import Client, Run, flood
from reformgraph.ingest.build import build, bundled_timelines
from reformgraph.store import open_store, publish

ROWS = 1_000_000
OURS = "ours"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the arguments say and print tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sparql", description=__doc__)
    parser.add_argument("--graph", choices=("story", "generated"), default="story")
    parser.add_argument("--items", type=int, default=generated.ITEMS)
    parser.add_argument("--folder", type=Path, help="keeps graphs and loaded peers between runs")
    parser.add_argument("--peers", default=",".join(peers.PEERS))
    parser.add_argument("--each", type=int, default=20, help="queries of each class")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each run with many clients")
    parser.add_argument("--parts", default="classes,tiny,mix,rows,memory")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        store, data, classes = _graph(options.graph, options.items, folder)
        urls = {OURS: stack.enter_context(peers.ours(store, folder))}
        for name in filter(None, options.peers.split(",")):
            try:
                urls[name] = stack.enter_context(peers.PEERS[name](data, folder))
            except peers.Absent as reason:
                print(f"{name}: left out, {reason}")
        print(f"graph: {data.name}; load average {os.getloadavg()[0]:.1f}", flush=True)
        parts = options.parts.split(",")
        if "memory" in parts:
            _memory(urls)
        if "classes" in parts:
            _classes(urls, classes, options.each)
        if "tiny" in parts:
            _tiny(urls, classes, options.seconds, folder)
        if "mix" in parts:
            _mix(urls, classes, options.seconds, folder)
        if "rows" in parts and options.graph == "generated":
            _rows(urls)


def _graph(name: str, items: int, folder: Path) -> tuple[Path, Path, dict[str, mix.Make]]:
    """Return our store, the quads for the peers, and the classes of queries."""
    root = folder / f"store-{name}-{items if name == 'generated' else 0}"
    if name == "story":
        build(bundled_timelines(), root, base=mix.BASE)
        with closing(open_store(root)) as store:
            return root, mix.quads_of(store, folder), mix.story(store)
    path = generated.write(folder, items)
    if not (root / "current").exists():
        quads = pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.N_QUADS)
        publish(root, quads, base=mix.BASE)
    return root, path, mix.generated(items)


def _classes(urls: Mapping[str, str], classes: Mapping[str, mix.Make], each: int) -> None:
    """One client; no query twice, after others of its class have warmed the engines."""
    clients = {name: Client(url) for name, url in urls.items()}
    print("\nnever-repeated queries, one client: median and p95 in ms; ratio to ours [middle half]")
    for kind, make in classes.items():
        times: dict[str, list[float]] = {name: [] for name in urls}
        rows: dict[str, int] = {}
        told: dict[str, str] = {}
        for place, query in enumerate(mix.distinct(make, each + 4, seed=17)):
            order = list(clients)
            for name in order[place % len(order) :] + order[: place % len(order)]:
                seconds, status, body = clients[name].ask(query)
                if status != 200:
                    told[name] = f" (HTTP {status})"
                if place == 0:
                    rows[name] = _count(body)
                if place >= 4:
                    times[name].append(seconds * 1e3)
        for name, found in times.items():
            note = told.get(name, "")
            if rows[name] != rows[OURS]:
                note += f" ({rows[name]} rows where ours has {rows[OURS]})"
            ratios = [theirs / own for theirs, own in zip(found, times[OURS], strict=True)]
            print(f"{kind:<10} {name:<16} {_spread(found, ratios)}{note}", flush=True)


def _spread(found: Sequence[float], ratios: Sequence[float]) -> str:
    low, middle, high = statistics.quantiles(ratios, n=4)
    p95 = sorted(found)[int(len(found) * 0.95)]
    return f"{statistics.median(found):9.2f} {p95:9.2f}   {middle:7.2f} x [{low:.2f} – {high:.2f}]"


def _count(body: bytes) -> int:
    try:
        return len(json.loads(body)["results"]["bindings"])
    except (ValueError, KeyError):
        return -1


def _tiny(
    urls: Mapping[str, str], classes: Mapping[str, mix.Make], seconds: float, folder: Path
) -> None:
    once = mix.distinct(classes["label"], 60_000, seed=29)
    for title, make in (
        ("tiny repeated", lambda _: once[:1]),
        ("tiny never repeated", lambda run: once[run * 10_000 :] + once[: run * 10_000]),
    ):
        runs: dict[str, dict[int, list[Run]]] = {}
        for turn in range(3):
            for name, url in urls.items():
                for place, clients in enumerate((1, 4, 16)):
                    # Another stretch of the list each time, so that nothing was asked before.
                    queries = make((turn * 3 + place) % 6)
                    told = flood(url, queries, clients, seconds / 3, folder)
                    runs.setdefault(name, {}).setdefault(clients, []).append(told)
        _table(title, runs)


def _mix(
    urls: Mapping[str, str], classes: Mapping[str, mix.Make], seconds: float, folder: Path
) -> None:
    queries = mix.mixture(classes, different=300, length=8_000, seed=41)
    for url in urls.values():
        client = Client(url)
        for query in dict.fromkeys(queries):
            client.ask(query)
            client.ask(query)  # our two HTTP workers keep an answer each
    runs: dict[str, dict[int, list[Run]]] = {}
    for _ in range(2):
        for name, url in urls.items():
            for clients in (1, 4, 16):
                told = flood(url, queries, clients, seconds / 2, folder)
                runs.setdefault(name, {}).setdefault(clients, []).append(told)
    _table("warm mix, skewed repetition", runs)


def _table(title: str, runs: Mapping[str, Mapping[int, Sequence[Run]]]) -> None:
    """Medians of the runs; a ratio is above 1 where ours is better."""
    print(f"\n{title}: requests/s [least – most], median and p99 in ms; ratio of each to ours")
    best = {clients: _middle(found) for clients, found in runs[OURS].items()}
    for name, by_clients in runs.items():
        for clients, found in by_clients.items():
            run, own = _middle(found), best[clients]
            rates = [each.rate for each in found]
            ratios = (own.rate / run.rate, run.median / own.median, run.p99 / own.p99)
            print(
                f"{name:<16} {clients:>2} clients {run.rate:9,.0f} [{min(rates):,.0f} – "
                f"{max(rates):,.0f}]  {run.median:9.3f} {run.p99:9.3f}   "
                + " ".join(f"{ratio:6.2f} x" for ratio in ratios)
                + (f"  {run.failed} failed" if run.failed else ""),
                flush=True,
            )


def _middle(found: Sequence[Run]) -> Run:
    """Return the median of each figure, and all failed requests."""
    return Run(
        *(
            statistics.median(getattr(run, name) for run in found)
            for name in ("rate", "median", "p99")
        ),
        failed=sum(run.failed for run in found),
    )


def _rows(urls: Mapping[str, str]) -> None:
    print(f"\n{ROWS:,} rows complete, seconds; ratio to Oxigraph's server")
    found: dict[str, list[float]] = {}
    for turn in range(3):
        for name, url in urls.items():
            query = f"SELECT ?s ?p ?o {{ ?s ?p ?o }} LIMIT {ROWS + turn}"
            seconds, status, body = Client(url).ask(query)
            found.setdefault(name, []).append(seconds)
            print(f"{name:<16} {seconds:7.2f} s  HTTP {status} {len(body):,} bytes", flush=True)
    if "oxigraph" in found:
        ratio = statistics.median(found[OURS]) / statistics.median(found["oxigraph"])
        print(f"ours takes {ratio:.2f} x the time of Oxigraph's server (medians)")


def _memory(urls: Mapping[str, str]) -> None:
    """Proportional set size of our whole service: pages that processes share count once."""
    Client(urls[OURS]).ask("ASK {}")
    # Our server is the child of this process that runs `reformgraph serve`.
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    serving = next(
        int(child)
        for child in children
        if b"reformgraph\0serve" in Path(f"/proc/{child}/cmdline").read_bytes()
    )
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            process = int(stat.parent.name)
            if serving in (process, *_ancestors(process)):
                for line in (stat.parent / "smaps_rollup").read_text().splitlines():
                    total += int(line.split()[1]) * 1024 if line.startswith("Pss:") else 0
        except OSError:
            continue
    print(f"memory of our whole service, idle after one query: {total / 1e6:.0f} MB (PSS)")


def _ancestors(process: int) -> set[int]:
    found: set[int] = set()
    while process > 1:
        text = Path(f"/proc/{process}/stat").read_text()
        process = int(text.rpartition(")")[2].split()[1])
        found.add(process)
    return found


if __name__ == "__main__":
    main()
