"""A server on loopback that plays legislation.gov.uk, well-behaved and not.

``Site.play(path, *acts)`` sets what a path answers: each request takes the next act, the last one
stays. An act is a ``Reply`` or a function of the open connection that writes bytes itself.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from reformgraph.ingest.law.fetch.client import Client, Terms
from reformgraph.ingest.law.fetch.waiting import Clock

LEG = "http://www.legislation.gov.uk/namespaces/legislation"
UKM = "http://www.legislation.gov.uk/namespaces/metadata"
WWW = "http://www.legislation.gov.uk"


@dataclass
class Reply:
    """One HTTP answer; ``etag`` makes the server answer 304 to whoever has it."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str = ""
    type: str = "application/xml"


Raw = Callable[[BaseHTTPRequestHandler], None]
Act = Reply | Raw


@dataclass
class Asked:
    """One request as the server saw it."""

    path: str
    headers: dict[str, str]


class Site:
    """The running server; ``asked`` lists every request."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def do_GET(self) -> None:
                site.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.scheme = "https" if context else "http"
        self.url = f"{self.scheme}://127.0.0.1:{self.port}"
        self.reset()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def reset(self) -> None:
        self.acts: dict[str, list[Act]] = {}
        self.asked: list[Asked] = []
        self.released = threading.Event()
        self.clients = contextlib.ExitStack()

    def play(self, path: str, *acts: Act) -> str:
        """Set what ``path`` answers; returns its address."""
        self.acts[path] = list(acts)
        return self.url + path

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.asked.append(Asked(handler.path, headers))
        acts = self.acts.get(handler.path)
        if not acts:
            act: Act = Reply(b"<html>no such page</html>", 404, type="text/html")
        else:
            act = acts.pop(0) if len(acts) > 1 else acts[0]
        if not isinstance(act, Reply):
            handler.close_connection = True
            act(handler)
            return
        status, body = act.status, act.body
        if act.etag and headers.get("if-none-match") == act.etag:
            status, body = 304, b""
        handler.send_response(status)
        if status != 304:
            handler.send_header("Content-Type", act.type)
            handler.send_header("Content-Length", str(len(body)))
        if act.etag:
            handler.send_header("ETag", act.etag)
        for name, value in act.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    def hang(self, handler: BaseHTTPRequestHandler) -> None:
        """Send headers, then nothing until the test ends."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
        handler.wfile.flush()
        self.released.wait(30)

    def trickle(self, handler: BaseHTTPRequestHandler) -> None:
        """Send one byte after the other, never faster than a read limit would notice."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not self.released.wait(0.02):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def raw(data: bytes) -> Raw:
    """An act that writes ``data`` as it stands and closes."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(data)
        handler.wfile.flush()

    return act


def reset(handler: BaseHTTPRequestHandler) -> None:
    """An act that resets the connection."""
    linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.close()


class FakeClock:
    """A clock on which waiting takes no time; ``slept`` lists the waits."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    def clock(self) -> Clock:
        return Clock(monotonic=lambda: self.time, sleep=self.sleep, jitter=lambda: 0.5)


def terms(site: str, **changes: object) -> Terms:
    values: dict[str, object] = {
        "site": site,
        "contact": "someone@example.org",
        "hosts": "www.legislation.gov.uk",
        "interval": 0.0,
        "size": 1_000_000,
        "timeout": 20.0,
    }
    return Terms(**{**values, **changes})  # type: ignore[arg-type]


def client(site: Site, clock: FakeClock | None = None, **changes: object) -> Client:
    one = Client(terms(site.url, **changes), clock=(clock or FakeClock()).clock())
    return site.clients.enter_context(one)


def law(path: str, *, versions: tuple[str, ...] = (), cites: tuple[str, ...] = ()) -> bytes:
    """A tiny law in CLML, at ``path`` (``ukpga/2004/31``)."""
    _, year, number = path.split("/")[:3]
    links = "".join(
        f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" '
        f'rel="http://purl.org/dc/terms/hasVersion" href="{WWW}/{path}/{v}" title="{v}"/>'
        for v in versions
    )
    citations = "".join(
        f'<Citation URI="{WWW}/id/{c}" Class="UnitedKingdomPublicGeneralAct" Year="2000" '
        f'Number="1">another law</Citation>'
        for c in cites
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Legislation xmlns="{LEG}" DocumentURI="{WWW}/{path}" IdURI="{WWW}/id/{path}">'
        f'<ukm:Metadata xmlns:ukm="{UKM}" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:identifier>{WWW}/{path}</dc:identifier><dc:title>Law {number} of {year}</dc:title>"
        f"{links}<ukm:PrimaryMetadata><ukm:DocumentClassification>"
        f'<ukm:DocumentCategory Value="primary"/>'
        f'<ukm:DocumentMainType Value="UnitedKingdomPublicGeneralAct"/>'
        f'<ukm:DocumentStatus Value="revised"/></ukm:DocumentClassification>'
        f'<ukm:Year Value="{year}"/><ukm:Number Value="{number}"/>'
        f"</ukm:PrimaryMetadata></ukm:Metadata>"
        f'<Primary><Body><P1 id="section-1" IdURI="{WWW}/id/{path}/section/1" '
        f'DocumentURI="{WWW}/{path}/section/1"><Pnumber>1</Pnumber><P1para><Text>Text '
        f"{citations}</Text></P1para></P1></Body></Primary></Legislation>"
    ).encode()


def feed(*entries: str, following: str = "") -> bytes:
    """An Atom feed of ``entries`` (XML); ``following`` is the address of the next page."""
    link = f'<link rel="next" href="{escape(following)}"/>' if following else ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
        f'xmlns:leg="{LEG}" xmlns:ukm="{UKM}">'
        f"<id>{WWW}/feed</id><title>Feed</title><updated>2026-01-01T00:00:00Z</updated>{link}"
        + "".join(entries)
        + "</feed>"
    ).encode()


def listed(path: str) -> str:
    """An entry of a list feed for the law at ``path``."""
    _, year, number = path.split("/")[:3]
    return (
        f"<entry><id>{WWW}/id/{path}</id><title>Law {number} of {year}</title>"
        f'<link href="{WWW}/{path}/2020-01-01"/><updated>2026-01-01T00:00:00Z</updated>'
        f'<ukm:DocumentMainType Value="UnitedKingdomPublicGeneralAct"/>'
        f'<ukm:Year Value="{year}"/><ukm:Number Value="{number}"/></entry>'
    )


def change(effect: str, affecting: str, affected: str) -> str:
    """An entry of a changes feed."""
    return (
        f"<entry><id>{WWW}/changes/affected/{affected}/affecting/{affecting}/{effect}</id>"
        f"<title>effect</title><updated>2026-01-01T00:00:00Z</updated>"
        f'<content type="text/xml"><ukm:Effect EffectId="{effect}" Type="repealed" '
        f'AffectedURI="{WWW}/id/{affected}" AffectingURI="{WWW}/id/{affecting}" '
        f'AffectedClass="UnitedKingdomPublicGeneralAct" '
        f'AffectingClass="UnitedKingdomPublicGeneralAct"/></content></entry>'
    )
