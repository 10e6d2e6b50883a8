"""Load: one client that times each request, and wrk for many.

wrk (Debian ``wrk``) is written in C and takes a small part of a core, so that it is not what is
measured. A run whose answers were not all 200 says so.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.mix import lines

LONGEST_ADDRESS = 6_000
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
-- wrk puts in, for each answer that took longer than twice the mean, those that it would have had
-- meanwhile at the usual pace. A server that answers more gets more of them for the same pause of the
-- machine. They are taken out again, from the slowest answer down.
function measured(summary, latency)
  local counts, values, sum = {}, {}, 0
  for place = 1, #latency do
    local value, count = latency(place)
    counts[value], values[place] = count, value
  end
  local usual = math.floor(summary.duration / math.floor(summary.requests / CONNECTIONS))
  for place = #values, 1, -1 do
    local value = values[place]
    local count = counts[value]
    sum = sum + count
    if value >= 2 * usual and count > 0 then
      local less = value - usual
      while less > usual do
        counts[less] = counts[less] - count
        less = less - usual
      end
    end
  end
  return function(part)
    local left = sum * part
    for _, value in ipairs(values) do
      left = left - counts[value]
      if left <= 0 then return value / 1e3 end
    end
  end, sum
end
function done(summary, latency, requests)
  local errors = summary.errors
  local percentile, count = measured(summary, latency)
  io.write(string.format("RESULT %f %f %f %d %d %d\\n", summary.requests * 1e6 / summary.duration,
    percentile(0.50), percentile(0.99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    count, summary.requests))
end
"""


@dataclass(frozen=True, slots=True)
class Run:
    """Requests a second, median and 99th percentile in milliseconds, failed requests.

    The percentiles are of answers that came, without those that wrk puts in for pauses.
    """

    rate: float
    median: float
    p99: float
    failed: int


class Client:
    """One kept-alive connection to one endpoint, over a bare socket.

    http.client spends 5 µs on each header of an answer, more than a server does: whoever sends
    more of them would look slower than it is. Long queries go by POST: some servers take no
    address over 8 kB.
    """

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._socket: socket.socket | None = None
        self._data = b""

    def ask(self, query: str) -> tuple[float, int, bytes]:
        """Return seconds, status and body of one query; status 0 when the connection broke."""
        (line,) = lines([query])
        head = f"Host: {self._parts.netloc}\r\nAccept: {ACCEPT}\r\n"
        if len(line) > LONGEST_ADDRESS:
            form = "Content-Type: application/x-www-form-urlencoded\r\n"
            form += f"Content-Length: {len(line.strip())}\r\n"
            request = f"POST {self._parts.path} HTTP/1.1\r\n{head}{form}\r\n{line.strip()}"
        else:
            request = f"GET {self._parts.path}?{line.strip()} HTTP/1.1\r\n{head}\r\n"
        if self._socket is None:
            address = (self._parts.hostname or "", self._parts.port or 80)
            self._socket = socket.create_connection(address, timeout=300)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._data = b""
        begun = time.perf_counter()
        try:
            self._socket.sendall(request.encode())
            status, body = self._answer()
        except (OSError, ValueError):
            self._socket.close()
            self._socket = None
            return time.perf_counter() - begun, 0, b""
        return time.perf_counter() - begun, status, body

    def _answer(self) -> tuple[int, bytes]:
        while (end := self._data.find(b"\r\n\r\n")) < 0:
            self._more()
        head, self._data = self._data[:end], self._data[end + 4 :]
        status = int(head[9:12])
        if length := re.search(rb"(?i)\r\ncontent-length: *(\d+)", head):
            return status, self._take(int(length[1]))
        if not re.search(rb"(?i)\r\ntransfer-encoding: *chunked", head):
            raise ValueError("an answer without an end")
        body = []
        while True:
            while (end := self._data.find(b"\r\n")) < 0:
                self._more()
            size = int(self._data[:end].partition(b";")[0], 16)
            self._data = self._data[end + 2 :]
            body.append(self._take(size))
            self._take(2)
            if not size:
                return status, b"".join(body)

    def _take(self, size: int) -> bytes:
        pieces, left = [self._data[:size]], size - len(self._data)
        self._data = self._data[size:]
        while left > 0:
            piece = self._receive()
            pieces.append(piece[:left])
            self._data = piece[left:]
            left -= len(piece)
        return b"".join(pieces)

    def _more(self) -> None:
        self._data += self._receive()

    def _receive(self) -> bytes:
        assert self._socket is not None
        piece = self._socket.recv(1 << 20)
        if not piece:
            raise OSError("the server hung up")
        return piece


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
        f'FILE = "{wanted}"\nPATH = "{parts.path}?"\nACCEPT = "{ACCEPT}"\nSTART = {start}\n'
        f"CONNECTIONS = {clients}\n{_LUA}"
    )
    # wrk takes whole seconds only.
    command = [wrk, "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "--timeout", "30s"]
    done = subprocess.run(
        [*command, "-s", str(script), f"http://{parts.netloc}"],
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"RESULT (\S+) (\S+) (\S+) (\d+) (-?\d+) (\d+)", done.stdout)
    if found is None or found[5] != found[6]:
        raise RuntimeError(f"wrk said {done.stdout[-500:]}{done.stderr[-500:]}")
    return Run(float(found[1]), float(found[2]), float(found[3]), int(found[4]))
