"""Where a request may go: host allow-list, https, and the address behind the name (hazard 70).

Every hop of a redirect passes here. The name is resolved once and the connection is made to that
very address, so that a name that resolves differently a moment later (DNS rebinding) gains nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from reformgraph.errors import ConfigError, SourceUnreachable, SourceWrong
from reformgraph.store.remote.hosts import Resolver, is_public, resolve


@dataclass(frozen=True, slots=True)
class Target:
    """One checked hop: connect to ``address`` and ask ``host`` for ``path``."""

    url: str
    scheme: str
    host: str
    port: int
    address: str
    path: str

    @property
    def authority(self) -> str:
        """Give the value of the ``Host`` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Origin:
    """One entry of the allow-list; ``scheme`` is http only where it was written so."""

    scheme: str
    host: str
    port: int


class Guard:
    """Checks addresses against an allow-list of hosts.

    ``hosts`` are entries such as ``www.legislation.gov.uk``, ``mirror.example:8443`` or
    ``http://127.0.0.1``; ``site`` is always allowed. Raises ConfigError for an unreadable entry.
    """

    def __init__(self, hosts: str, site: str, resolver: Resolver | None = None) -> None:
        texts = [text.strip() for text in hosts.split(",") if text.strip()]
        self._origins = [_origin(text) for text in (site, *texts)]
        self._resolver = resolver or resolve

    def check(self, url: str) -> Target:
        """Give the target of ``url``, its name resolved.

        Raises SourceWrong for an address that may not be asked, SourceUnreachable when the name
        has no address.
        """
        parts = _split(url)
        host = (parts.hostname or "").rstrip(".").lower()
        origin = self._allowed(parts, host)
        scheme = origin.scheme if parts.scheme == "http" else parts.scheme
        # Identifiers of the site are http addresses: they are asked over https.
        port = (_PORTS[scheme] if scheme != parts.scheme else parts.port) or _PORTS[scheme]
        if port != origin.port:
            raise SourceWrong(f"{url}: port {port} is not in fetch_hosts")
        address = self._address(url, host, port)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        shown = f"[{host}]" if ":" in host else host
        authority = shown if port == _PORTS[scheme] else f"{shown}:{port}"
        return Target(f"{scheme}://{authority}{path}", scheme, host, port, address, path)

    def _allowed(self, parts: SplitResult, host: str) -> Origin:
        matching = [o for o in self._origins if o.host == host]
        same_port = [o for o in matching if o.port == parts.port]
        for origin in (*same_port, *matching):
            return origin
        raise SourceWrong(f"{parts.geturl()}: the host {host!r} is not in fetch_hosts: not asked")

    def _address(self, url: str, host: str, port: int) -> str:
        try:
            addresses = self._resolver(host, port)
        except OSError as error:
            raise SourceUnreachable(f"{host}: the name has no address ({error})") from None
        if not addresses:
            raise SourceUnreachable(f"{host}: the name has no address")
        named = {o.host for o in self._origins}
        for text in addresses:
            # One bad address among good ones is refused too: it is how rebinding begins.
            if not is_public(text) and text not in named:
                raise SourceWrong(
                    f"{url}: {host} leads to {text}, which is not a public address; not asked "
                    f"(name {text} in fetch_hosts if it is yours)"
                )
        return addresses[0]


def _split(url: str) -> SplitResult:
    try:
        if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
            raise ValueError("it has characters that no address has")
        parts = urlsplit(url)
        if parts.scheme not in _PORTS:
            raise ValueError(f"{parts.scheme or 'no scheme'} is neither https nor http")
        if parts.username is not None or parts.password is not None:
            raise ValueError("it has a user name")
        if not parts.hostname or parts.port == 0:
            raise ValueError("it has no host")
    except ValueError as error:
        raise SourceWrong(f"{url!r} is not asked: {error}") from None
    return parts


def _origin(text: str) -> Origin:
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/"):
            raise ValueError
        return Origin(parts.scheme, parts.hostname.lower(), parts.port or _PORTS[parts.scheme])
    except ValueError:
        raise ConfigError(
            f"fetch_hosts: {text!r} is not a host, host:port or http://host:port",
            where={"field": "fetch_hosts"},
        ) from None


_PORTS = {"https": 443, "http": 80}
