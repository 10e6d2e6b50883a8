"""Load: one client that times each request, and wrk for many.

wrk (Debian ``wrk``) is written in C and takes a small part of a core, so that it is not what is
measured. A run whose answers were not all 200 says so.
"""

from __future__ import annotations

import http.client
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.mix import lines

ACCEPT = "application/sparql-results+json, text/turtle;q=0.9"

_LUA = """
local requests, place = {}, START
function init(args)
  for line in io.lines(FILE) do
    requests[#requests + 1] = wrk.format("GET", PATH .. line, {["Accept"] = ACCEPT})
  end
end
function request()
  place = place % #requests + 1
  return requests[place]
end
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT %f %f %f %d\\n", summary.requests * 1e6 / summary.duration,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Run:
    """Requests a second, median and 99th percentile in milliseconds, failed requests."""

    rate: float
    median: float
    p99: float
    failed: int


class Client:
    """One kept-alive connection to one endpoint."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(self._parts.netloc, timeout=300)

    def ask(self, query: str) -> tuple[float, int, bytes]:
        """Return seconds, status and body of one query."""
        (line,) = lines([query])
        target = f"{self._parts.path}?{line.strip()}"
        begun = time.perf_counter()
        try:
            self._connection.request("GET", target, headers={"Accept": ACCEPT})
            response = self._connection.getresponse()
            body = response.read()
        except (http.client.HTTPException, OSError):
            self._connection.close()
            return time.perf_counter() - begun, 0, b""
        return time.perf_counter() - begun, response.status, body


def flood(
    url: str, queries: Sequence[str], clients: int, seconds: float, folder: Path, start: int = 0
) -> Run:
    """Ask ``queries`` in a circle, over ``clients`` connections at once."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("wrk is needed for this benchmark (apt-get install wrk)")
    parts = urlsplit(url)
    wanted, script = folder / "requests.txt", folder / "requests.lua"
    wanted.write_text("".join(lines(list(queries))), encoding="utf-8")
    script.write_text(
        f'FILE = "{wanted}"\nPATH = "{parts.path}?"\nACCEPT = "{ACCEPT}"\nSTART = {start}\n{_LUA}'
    )
    command = [wrk, "-t1", f"-c{clients}", f"-d{seconds:g}s", "--timeout", "30s"]
    done = subprocess.run(
        [*command, "-s", str(script), f"http://{parts.netloc}"],
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"RESULT (\S+) (\S+) (\S+) (\d+)", done.stdout)
    if found is None:
        raise RuntimeError(f"wrk said {done.stdout[-500:]}{done.stderr[-500:]}")
    return Run(float(found[1]), float(found[2]), float(found[3]), int(found[4]))
