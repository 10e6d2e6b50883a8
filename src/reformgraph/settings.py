"""Settings: flags over environment over ``reformgraph.toml`` over defaults (design, §11).

One frozen dataclass is made at the edge (command line or WSGI start-up) and passed down. No other
module reads the environment.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reformgraph.errors import ConfigError

CONFIG_FILE = "reformgraph.toml"
ENV_PREFIX = "REFORMGRAPH_"


def _setting(default: Any, help_text: str) -> Any:
    """Declare one setting with its default and the sentence that the docs print."""
    return field(default=default, metadata={"help": help_text})


def _secret(help_text: str) -> Any:
    """Declare a setting whose value is never printed."""
    return field(default="", repr=False, metadata={"help": help_text, "secret": True})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of the project. Times are seconds, sizes are bytes."""

    store: str = _setting(
        "reformgraph-store",
        "Folder that holds the generations, or the http(s) address of a SPARQL endpoint.",
    )
    base: str = _setting(
        "https://w3id.org/reformgraph/",
        "IRI prefix of every entity; used at build time and mapped to the host when served.",
    )
    timelines: str = _setting(
        "childrens-plan",
        "Timelines that `build` and `validate` take when none is named, separated by spaces.",
    )
    host: str = _setting("127.0.0.1", "Address that `serve` listens on.")
    port: int = _setting(8000, "Port that `serve` listens on.")
    workers: int = _setting(2, "HTTP worker processes.")
    threads: int = _setting(8, "Threads in each HTTP worker.")
    processors: str = _setting(
        "own",
        "own: where there are as many HTTP workers as processors, the event loop of each keeps to "
        "one of them while that does not make it wait; any: the system chooses.",
    )
    public_url: str = _setting(
        "", "Address under which people reach the service; empty: that of the request."
    )
    report: str = _setting(
        "",
        "Where readers report a problem: an http(s) or mailto address in which `{page}`, `{iri}`, "
        "`{title}` and `{generation}` are filled in; empty: no link.",
    )
    query_timeout: float = _setting(15.0, "Wall-clock limit of one SPARQL query.")
    query_memory: int = _setting(1_200_000_000, "Address-space limit of one query process.")
    query_processes: int = _setting(2, "Fast query processes in each HTTP worker, at most.")
    slow_queries: int = _setting(2, "Slow queries that one HTTP worker runs at a time.")
    result_limit: int = _setting(256_000_000, "Largest answer to one query.")
    common_prefixes: str = _setting(
        "on", "`on`: a query may use `rg:`, `rdfs:` and the like without declaring them; or `off`."
    )
    federation: str = _setting(
        "",
        "SPARQL endpoints that a query may call by `SERVICE`, separated by spaces, https only; empty: "
        "none. One with a private address has to be named by it (`http://10.0.0.5:3030/sparql`), or "
        "the bare address beside it.",
    )
    federation_timeout: float = _setting(5.0, "Wall-clock limit of all such calls of one query.")
    federation_size: int = _setting(2_000_000, "Largest answer of such an endpoint.")
    body_limit: int = _setting(1_048_576, "Largest request body.")
    sidecar: str = _setting(
        "reformgraph-sidecar",
        "With a remote store: folder of the manifests, search indexes and attachments.",
    )
    remote_graphs: str = _setting(
        "named",
        "How a remote store is asked for all graphs: `named` (each by the protocol's parameters) or `union` (its default graph is their union).",
    )
    remote_timeout: float = _setting(10.0, "Wall-clock limit of one request to a remote store.")
    remote_retries: int = _setting(2, "Times that a failed read of a remote store is tried again.")
    remote_user: str = _setting("", "User name for a remote store (HTTP Basic).")
    remote_password: str = _secret("Password for a remote store; never printed.")
    remote_header: str = _secret(
        "Header for a remote store, as `Authorization: Bearer …`; never printed."
    )
    remote_ca: str = _setting(
        "", "File of certificates (PEM) that a remote store is checked with; empty: the system's."
    )
    remote_load: str = _setting("", "Address that `build` loads a remote store by.")
    remote_load_by: str = _setting(
        "graphs", "What that address takes: `graphs` (Graph Store Protocol) or `update`."
    )
    law: str = _setting("reformgraph-law", "Folder that holds the files of legislation.gov.uk.")
    contact: str = _setting(
        "",
        "E-mail or web address by which the site can reach you; part of the User-Agent, and needed to fetch.",
    )
    law_site: str = _setting("https://www.legislation.gov.uk", "Site that law is fetched from.")
    fetch_interval: float = _setting(
        5.0, "Seconds between the starts of two requests to the site; its robots.txt asks for 5."
    )
    fetch_hosts: str = _setting(
        "www.legislation.gov.uk,legislation.gov.uk",
        "Hosts that fetching may talk to, with commas; https only, unless written with http://. "
        "A private address has to be named itself.",
    )
    fetch_size: int = _setting(
        200_000_000, "Largest file that is fetched or taken in, also when unpacked."
    )
    fetch_timeout: float = _setting(120.0, "Wall-clock limit of one request, connecting included.")
    cache_bytes: int = _setting(
        64_000_000, "Finished answers to queries that one HTTP worker keeps; 0 keeps none."
    )
    warm: int = _setting(
        1,
        "1: after a start and each new generation the pages that everybody opens, and the "
        "questions' answers, are made before they are asked for, by a process that then ends; "
        "0: not.",
    )
    tiny_queries: int = _setting(
        1,
        "1: look-ups of one triple pattern, or of a few on one named thing, are answered in the "
        "HTTP worker; 0: every query goes to a query process.",
    )
    log: str = _setting(
        "stderr",
        "Where the log goes, one JSON object a line: `stderr`, a file, or `off`.",
    )
    log_bytes: int = _setting(
        100_000_000, "Bytes that the log's file and its predecessor (`FILE.1`) may take together."
    )
    slow_log: float = _setting(
        1.0, "Seconds after which a query is logged as slow, with its digest and its text."
    )
    rate_limit: str = _setting(
        "",
        "Queries that one client may have computed, like `60/minute`; each HTTP worker counts by "
        "itself; empty: no limit.",
    )
    client_header: str = _setting(
        "",
        "Header in which a proxy in front of us names the client (`X-Forwarded-For`); empty: the "
        "connection's address.",
    )
    sources: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def origin(self, key: str) -> str:
        """Say where the value of ``key`` came from: ``default``, a file, a variable or a flag."""
        return dict(self.sources).get(key, "default")

    def shown(self, key: str) -> Any:
        """Return the value of ``key`` for people: of a secret only whether it is set."""
        value = getattr(self, key)
        return ("(set)" if value else "") if is_secret(key) else value


def keys() -> tuple[str, ...]:
    """Return the names of all settings, in the order of the docs."""
    return tuple(f.name for f in fields(Settings) if f.name != "sources")


def is_secret(key: str) -> bool:
    """Whether the value of ``key`` must never be printed."""
    return any(f.name == key and f.metadata.get("secret") for f in fields(Settings))


def help_of(key: str) -> str:
    """Return the sentence that explains the setting ``key``."""
    return next(str(f.metadata["help"]) for f in fields(Settings) if f.name == key)


def load(
    flags: Mapping[str, Any] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    config: Path | None = None,
) -> Settings:
    """Merge flags, environment, the configuration file and the defaults.

    ``flags`` maps setting names to values, None meaning "not given". ``config`` is a TOML file;
    without it ``reformgraph.toml`` of the working folder is read if it is there. Raises
    ConfigError for an unknown key, an unusable value or an unreadable file.
    """
    environ = os.environ if environ is None else environ
    found: dict[str, tuple[Any, str]] = {}
    path = config or Path(CONFIG_FILE)
    if config is not None or path.is_file():
        for key, value in _read_toml(path).items():
            found[_known(key, str(path))] = (value, str(path))
    for name, value in sorted(environ.items()):
        if name.startswith(ENV_PREFIX):
            found[_known(name[len(ENV_PREFIX) :].lower(), name)] = (value, name)
    for key, value in (flags or {}).items():
        if value is not None:
            found[_known(key, "flag")] = (value, f"--{key.replace('_', '-')}")
    values = {key: _convert(key, value, origin) for key, (value, origin) in found.items()}
    settings = Settings(**values, sources=tuple((k, o) for k, (_, o) in sorted(found.items())))
    _check(settings)
    return settings


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such configuration file") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}", where={"file": str(path)}) from None


def _known(key: str, origin: str) -> str:
    if key in keys():
        return key
    near = difflib.get_close_matches(key, keys(), n=1)
    raise ConfigError(
        f"{origin}: unknown setting {key!r}" + (f", did you mean {near[0]!r}?" if near else ""),
        hints=near,
        where={"field": key},
    )


def _convert(key: str, value: Any, origin: str) -> Any:
    kind = type(getattr(_DEFAULTS, key))
    converted = None
    # TOML has more types than settings have: `true` is neither a port nor a folder.
    if type(value) in (str, int, float):
        with suppress(ValueError):
            converted = kind(value)
    if converted is None:
        shown = "not printed" if is_secret(key) else repr(value)
        raise ConfigError(
            f"{origin}: {key} is {shown}, expected {_KIND_NAMES[kind]}", where={"field": key}
        )
    return converted


def _check(settings: Settings) -> None:
    def refuse(key: str, expected: str) -> None:
        raise ConfigError(
            f"{settings.origin(key)}: {key} is {_cautious(settings.shown(key))}, "
            f"expected {expected}",
            where={"field": key},
        )

    for key in ("base", "public_url", "law_site", "remote_load"):
        value = getattr(settings, key)
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.netloc):
            refuse(key, "an http(s) address")
    if settings.report and not settings.report.startswith(("https://", "http://", "mailto:")):
        refuse("report", "an http(s) or mailto address")
    if "://" in settings.store and not settings.store.startswith(("http://", "https://")):
        refuse("store", "a folder or an http(s) address")
    for key in ("store", "remote_load"):
        parts = urlsplit(getattr(settings, key)) if "://" in getattr(settings, key) else None
        if parts and (parts.username is not None or parts.query or parts.fragment):
            refuse(key, "an address without user (see remote_user), parameters or fragment")
    if settings.remote_graphs not in ("named", "union"):
        refuse("remote_graphs", "named or union")
    if settings.remote_load_by not in ("graphs", "update"):
        refuse("remote_load_by", "graphs or update")
    if settings.remote_header and not _HEADER.fullmatch(settings.remote_header):
        refuse("remote_header", "one header: a name, a colon and a value")
    if not 0 <= settings.remote_retries <= 10:
        refuse("remote_retries", "a whole number from 0 to 10")
    if not settings.base.endswith(("/", "#")):
        refuse("base", "an address that ends in / or #")
    if not 0 < settings.port < 65536:
        refuse("port", "a port between 1 and 65535")
    for key in (
        "workers",
        "threads",
        "query_processes",
        "slow_queries",
        "body_limit",
        "fetch_size",
        "federation_size",
    ):
        if getattr(settings, key) < 1:
            refuse(key, "a whole number above 0")
    if settings.log_bytes < 10_000:
        refuse("log_bytes", "at least 10000 bytes")
    for key in (
        "query_timeout",
        "fetch_timeout",
        "remote_timeout",
        "federation_timeout",
        "slow_log",
    ):
        if not 0 < getattr(settings, key) < float("inf"):
            refuse(key, "seconds above 0")
    if not 0 <= settings.fetch_interval < float("inf"):
        refuse("fetch_interval", "seconds, 0 or more")
    if settings.contact and not _CONTACT.fullmatch(settings.contact):
        refuse("contact", "an e-mail address or the address of a web page")
    if settings.common_prefixes not in ("on", "off"):
        refuse("common_prefixes", "on or off")
    if settings.processors not in ("own", "any"):
        refuse("processors", "own or any")
    for key in ("tiny_queries", "warm"):
        if getattr(settings, key) not in (0, 1):
            refuse(key, "0 or 1")
    if settings.cache_bytes < 0:
        refuse("cache_bytes", "a whole number, 0 or above")
    if settings.rate_limit and not re.fullmatch(
        r"[1-9]\d{0,8}\s*(/|per)\s*([1-9]\d{0,8}\s*)?(second|minute|hour|day)s?",
        settings.rate_limit,
    ):
        refuse("rate_limit", "a number and a time like 60/minute")
    if settings.client_header and not re.fullmatch(
        r"[A-Za-z][A-Za-z0-9-]*", settings.client_header
    ):
        refuse("client_header", "the name of a header")
    if settings.query_memory < 400_000_000:
        refuse("query_memory", "at least 400000000 bytes, below which a query process cannot start")


def _cautious(value: Any) -> str:
    """Show a value without the passwords that an address may hold."""
    return re.sub(r"//[^/@]*@", "//…@", re.sub(r"(//[^?#]*[?#]).*", r"\1…'", repr(value)))


_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[ \t]*[!-~]([ -~]*[!-~])?")
_CONTACT = re.compile(r"[!-~]+@[!-~]+\.[!-~]+|https?://[!-~]+")
_DEFAULTS = Settings()
_KIND_NAMES = {str: "text", int: "a whole number", float: "a number"}
