"""The long ones: hours of trouble, scaled to minutes. ``make soak`` runs them and prints figures.

``SOAK_SCALE`` (1 by default) multiplies how much is done: 0.01 tries the tests themselves.
"""

import http.client
import itertools
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self
from urllib.parse import quote

import pyoxigraph
import pytest
from pool_support import parent_of
from pyoxigraph import Literal, NamedNode, Quad
from tests_support import free_port, running

from reformgraph.store import generations, list_generations, open_store, publish

BASE = "https://w3id.org/reformgraph/"
SCALE = float(os.environ.get("SOAK_SCALE", "1"))
SERVE = [sys.executable, "-m", "reformgraph", "serve"]
PREFIXES = (
    "PREFIX rg: <https://w3id.org/reformgraph/ontology#>\n"
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
)

pytestmark = pytest.mark.skipif(not os.environ.get("SOAK"), reason="runs with SOAK=1")


def scaled(number: int) -> int:
    return max(1, round(number * SCALE))


def asked(query: str) -> str:
    return f"/sparql?query={quote(query, safe='')}"


class Client:
    """A kept-alive connection that comes back after the server hung up."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str, accept: str = "application/json, */*;q=0.5") -> tuple[int, bytes]:
        """Return status and body; raises OSError or HTTPException when the answer breaks off."""
        try:
            self._connection.request("GET", path, headers={"Accept": accept})
            response = self._connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def below(pid: int) -> Iterator[int]:
    """Yield all processes that descend from one."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text("ascii").split()
        except OSError:
            continue
        for child in children:
            yield int(child)
            yield from below(int(child))


def command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def memory(pid: int) -> int:
    """Return the proportional set size of a process and all below it, in bytes."""
    total = 0
    for process in (pid, *below(pid)):
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text("ascii")
        except OSError:
            continue
        total += int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1]) * 1024  # type: ignore[index]
    return total


def test_hazard_100_200_kills_of_builds_at_random_moments(tmp_path: Path) -> None:
    root = tmp_path / "store"
    build = [sys.executable, "-m", "reformgraph", "build", "--force", "--store", str(root)]
    began = time.monotonic()
    subprocess.run(build, check=True, capture_output=True)
    whole = time.monotonic() - began
    good = open_store(root)
    digest, quads = good.generation.digest, good.generation.quads
    good.close()
    chance = random.Random(100)
    stages: Counter[str] = Counter()
    for _ in range(scaled(200)):
        process = subprocess.Popen(build, stderr=subprocess.PIPE, start_new_session=True)
        time.sleep(chance.uniform(0.05, whole * 1.1))
        ended = process.poll() is not None
        os.killpg(process.pid, signal.SIGKILL) if not ended else None
        said = process.communicate()[1].decode().split()
        stages["finished" if ended else next((w for w in reversed(said) if w.isalpha()), "-")] += 1
        store = open_store(root)
        assert not store.degraded
        # The same input gives the same graph: whichever generation is served is whole.
        assert (store.generation.digest, store.generation.quads) == (digest, quads)
        (count,) = next(iter(store.select("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")))
        assert int(getattr(count, "value", 0)) == quads
        store.close()
        for old in list_generations(root)[:-2]:
            shutil.rmtree(old.folder)
    subprocess.run(build, check=True, capture_output=True)
    assert not list(root.glob("building-*"))
    assert all(generations.verify(each) == [] for each in list_generations(root))
    print(f"\n{sum(stages.values())} kills, 0 damaged; by last word said: {dict(stages)}")


def test_hazard_45_100_switches_under_8_readers(tmp_path: Path, story_root: Path) -> None:
    root = tmp_path / "store"
    story = generations.choose(story_root)[0]
    quads = list(pyoxigraph.Store.read_only(str(story.folder / generations.QUADS)))
    graph = quads[0].graph_name

    def marked(number: int) -> str:
        mark = Quad(NamedNode("urn:a"), NamedNode("urn:mark"), Literal(str(number)), graph)
        return publish(root, [*quads, mark], base=BASE).id

    marked(0)
    port = free_port()
    reads: Counter[str] = Counter()
    failed: list[str] = []
    marks: set[str] = set()
    times: list[float] = []
    stop = threading.Event()
    paths = [
        asked("SELECT ?m { <urn:a> <urn:mark> ?m }"),
        asked(f"{PREFIXES}SELECT (COUNT(*) AS ?n) {{ ?s rg:drawsOn ?o }}"),
        "/page/childrens-plan.json",
        "/search?q=children",
        asked(f"{PREFIXES}SELECT ?x {{ ?x rg:drawsOn+ ?y }} LIMIT 500"),
    ]

    def read(number: int) -> None:
        with Client(port) as client:
            for turn in itertools.count(number):
                if stop.is_set():
                    return
                path = paths[turn % len(paths)]
                began = time.monotonic()
                try:
                    status, body = client.get(path)
                except (OSError, http.client.HTTPException) as error:
                    failed.append(f"{path[:40]}: {error!r}")
                    continue
                times.append(time.monotonic() - began)
                if status != 200:
                    failed.append(f"{path[:40]}: {status}")
                elif path is paths[0]:
                    marks.update(
                        row["m"]["value"] for row in json.loads(body)["results"]["bindings"]
                    )
                reads[path[:20]] += 1

    with running([*SERVE, "--store", str(root), "--port", str(port)], port, tmp_path):
        readers = [threading.Thread(target=read, args=(n,)) for n in range(8)]
        for reader in readers:
            reader.start()
        switches = scaled(100)
        for number in range(1, switches + 1):
            marked(number)
            for old in list_generations(root)[:-2]:
                shutil.rmtree(old.folder)
        deadline = time.monotonic() + 20
        while str(switches) not in marks and time.monotonic() < deadline:
            time.sleep(0.1)
        stop.set()
        for reader in readers:
            reader.join()
    times.sort()
    print(
        f"\n{switches} switches, {sum(reads.values())} reads, {len(failed)} failed, "
        f"{len(marks)} generations seen; p50 {times[len(times) // 2] * 1e3:.1f} ms, "
        f"p99 {times[int(len(times) * 0.99)] * 1e3:.0f} ms, longest {times[-1] * 1e3:.0f} ms"
    )
    assert failed == []
    assert str(switches) in marks


def _mixed(chance: random.Random, items: list[str], number: str = "") -> Callable[[], str]:
    """Return what makes the address of one request of a mix of all kinds, mistakes among them.

    ``number`` stands where a query differs from all others, to be filled in by the caller.
    """
    questions = ("antecedents", "problems", "components-on", "institutions-on", "claims")

    def one() -> str:
        item = chance.choice(items)
        kind = chance.random()
        if kind < 0.45:  # asked often before
            return asked(f"{PREFIXES}SELECT ?l {{ <{items[chance.randrange(20)]}> rdfs:label ?l }}")
        if kind < 0.75:  # never asked before
            return asked(
                f"SELECT ?p ?o {{ <{item}> ?p ?o }} LIMIT {number or chance.randrange(10**9)}"
            )
        if kind < 0.85:
            return asked(
                f"{PREFIXES}SELECT ?x ?l {{ <{item}> rg:drawsOn+ ?x . ?x rdfs:label ?l }} "
                f"LIMIT {number or chance.randrange(10**6)}"
            )
        if kind < 0.90:
            return f"/page/{item.rpartition('/')[2]}" + chance.choice(["", ".json", ".ttl"])
        if kind < 0.93:
            return f"/questions/{chance.choice(questions)}.json"
        if kind < 0.95:
            return f"/search?q={chance.choice(['children', 'care', 'act', 'board', 'zzz'])}"
        if kind < 0.97:
            return asked(
                chance.choice(["SELECT * {", "CLEAR ALL", "ASK { SERVICE <http://x/> {} }"])
            )
        if kind < 0.99:
            return chance.choice(["/health", "/metrics", "/page/none-such", "/id/none"])
        return asked(f"SELECT * {{ ?s ?p ?o }} OFFSET {chance.randrange(50_000)} LIMIT 300")

    return one


def _items(story_root: Path) -> list[str]:
    store = open_store(story_root)
    rows = store.select(f"{PREFIXES}SELECT DISTINCT ?s {{ ?s rg:drawsOn ?o }} ORDER BY ?s")
    found = [str(getattr(row[0], "value", "")) for row in rows]
    store.close()
    return [iri for iri in found if iri.startswith(f"{BASE}id/")]


_LUA = """
local paths, place, count = {}, 0, START
statuses = ""
local seen = {}
function init(args)
  for line in io.lines(FILE) do paths[#paths + 1] = line end
end
function request()
  place = place % #paths + 1
  count = count + 1
  return wrk.format("GET", (paths[place]:gsub("NUMBER", count)), {["Accept"] = ACCEPT})
end
function response(status)
  seen[status] = (seen[status] or 0) + 1
  statuses = ""
  for name, n in pairs(seen) do statuses = statuses .. name .. "=" .. n .. " " end
end
local threads = {}
function setup(thread) table.insert(threads, thread) end
function done(summary)
  local e = summary.errors
  io.write("RESULT ", e.connect + e.read + e.write + e.timeout, " ")
  for _, thread in ipairs(threads) do io.write(thread:get("statuses")) end
  io.write("\\n")
end
"""


def test_hazard_114_a_million_mixed_requests_with_flat_memory(
    story_root: Path, tmp_path: Path
) -> None:
    wrk = shutil.which("wrk")
    if wrk is None:
        pytest.skip("wrk is not installed")
    port, wanted = free_port(), scaled(1_000_000)
    # Every fourth or so is of a number that comes once only, so that no cache knows it.
    one = _mixed(random.Random(114), _items(story_root), "NUMBER")
    (tmp_path / "paths").write_text("".join(f"{one()}\n" for _ in range(20_000)))
    (tmp_path / "soak.toml").write_text('log = "log.jsonl"\nlog_bytes = 20000000\n')
    statuses: Counter[str] = Counter()
    sizes: list[tuple[int, int]] = []
    broken = 0
    serve = [*SERVE, "--config", str(tmp_path / "soak.toml"), "--store", str(story_root)]
    with running([*serve, "--port", str(port)], port, tmp_path) as server:
        began = time.monotonic()
        while (done := sum(statuses.values())) < wanted:
            sizes.append((done, memory(server.pid)))
            script = tmp_path / "mixed.lua"
            head = f'FILE = "{tmp_path / "paths"}"\nACCEPT = "application/json, */*;q=0.5"\n'
            script.write_text(f"{head}START = {done}\n{_LUA}")
            seconds = max(2, round(20 * min(1.0, SCALE * 5)))
            command = [wrk, "-t1", "-c8", f"-d{seconds}s", "--timeout", "60s", "-s", str(script)]
            said = subprocess.run(
                [*command, f"http://127.0.0.1:{port}"], capture_output=True, text=True, check=True
            ).stdout
            result = re.search(r"RESULT (\d+) (.*)", said)
            assert result, said
            broken += int(result[1])
            for word in result[2].split():
                name, _, number = word.partition("=")
                statuses[name] += int(number)
        seconds_all = time.monotonic() - began
        sizes.append((done, memory(server.pid)))
        logged = sum(path.stat().st_size for path in tmp_path.glob("log.jsonl*"))
    told = ", ".join(f"{count // 1000}k {size >> 20}" for count, size in sizes)
    print(
        f"\n{done} requests in {seconds_all:.0f} s, {dict(statuses)}, {broken} broken; MB: {told}"
    )
    assert broken == 0
    assert set(statuses) <= {"200", "303", "400", "403", "404"}
    assert logged < 25_000_000
    # The caches fill in the first half; the second half adds nothing but noise.
    half = [size for count, size in sizes if count >= wanted // 2]
    assert half[-1] < 1.15 * half[0] + 10_000_000


def test_hazard_114_random_kills_under_load(story_root: Path, tmp_path: Path) -> None:
    port, seconds = free_port(), max(10.0, 300 * SCALE)
    items = _items(story_root)
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    stop = threading.Event()
    chance = random.Random(114)
    with running(
        [*SERVE, "--store", str(story_root), "--port", str(port)], port, tmp_path
    ) as server:

        def ask(number: int) -> None:
            one = _mixed(random.Random(number), items)
            with Client(port) as client:
                while not stop.is_set():
                    path = one()
                    try:
                        status, _ = client.get(path)
                    except ConnectionRefusedError:  # both workers are dead at this moment
                        counts["refused"] += 1
                        continue
                    except (OSError, http.client.HTTPException):
                        counts["broken"] += 1
                        continue
                    counts[str(status)] += 1
                    if status >= 500 and status not in (503, 504):
                        wrong.append(f"{status} {path[:80]}")

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        kills: Counter[str] = Counter()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(chance.uniform(0.2, 1.2))
            running_now = list(below(server.pid))
            ours = [pid for pid in running_now if b"store.processes.nursery" in command(pid)]
            choices = {
                "worker": [pid for pid in running_now if b"spawn_main" in command(pid)],
                "nursery": [pid for pid in ours if parent_of(pid) not in ours],
                "query process": [pid for pid in ours if parent_of(pid) in ours],
            }
            (kind,) = chance.choices(list(choices), (1, 1, 8))
            if choices[kind]:
                try:
                    os.kill(chance.choice(choices[kind]), signal.SIGKILL)
                    kills[kind] += 1
                except ProcessLookupError:
                    continue
        stop.set()
        for thread in threads:
            thread.join()
        after = 0
        with Client(port) as client:
            for _ in range(100):
                try:
                    after += client.get(asked("ASK {}"))[0] == 200
                except (OSError, http.client.HTTPException):
                    time.sleep(0.2)
        assert after >= 95
        left = len(list(below(server.pid)))
    print(f"\n{seconds:.0f} s, kills {dict(kills)}, answers {dict(counts)}; {left} processes left")
    assert wrong == []
    # What breaks is what a killed HTTP worker was holding; a query process's loss is told as 503.
    assert counts["broken"] <= 8 * kills["worker"] + 2
    lost = kills["query process"] + 8 * (kills["worker"] + kills["nursery"])
    assert counts["503"] <= 2 * lost + 5
    assert counts["200"] > 20 * seconds
    assert left < 30
