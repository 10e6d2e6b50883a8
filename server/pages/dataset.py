"""The whole dataset: its description for people, catalogues and search engines, and its files."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from flask import Blueprint, Response, g, render_template, request, send_file
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from reformgraph.errors import NotFound
from reformgraph.ontology.context import context
from reformgraph.queries import tables
from reformgraph.server import formats, respond
from reformgraph.server.formats import HTML, JSON, JSON_LD, TURTLE
from reformgraph.server.pages.offers import Offer
from reformgraph.server.protocol.description import address
from reformgraph.server.reading import catalogue
from reformgraph.server.reading import dataset as reading
from reformgraph.server.reading.dataset import Dataset, File
from reformgraph.server.service import links, service, store
from reformgraph.store import dumps, list_generations
from reformgraph.store.dumps import Dump

blueprint = Blueprint("dataset", __name__)

_MEDIA = {"gz": "application/gzip", "csv": "text/csv; charset=utf-8"}


@blueprint.get("/dataset", defaults={"suffix": ""})
@blueprint.get("/dataset.<any(html, ttl, nt, rdf, jsonld):suffix>")
def dataset(suffix: str) -> Response:
    """Describe the dataset: DCAT 3, VoID and PROV-O, or a page."""
    asked = next((f for f in formats.DATASET if f.suffix == suffix), None)
    return _described(formats.chosen(formats.DATASET, asked))


@blueprint.get("/.well-known/void")
def void() -> BaseResponse:
    """Send to the description (VoID, §7.2): for whoever names nothing better, in Turtle."""
    form = formats.chosen((TURTLE, *(f for f in formats.DATASET if f is not TURTLE)))
    here = f"{request.script_root}/dataset"
    return respond.see_other(here if form is HTML else f"{here}.{form.suffix}")


@blueprint.get("/dumps")
def files() -> BaseResponse:
    """Send to the list of files."""
    return respond.see_other(f"{request.script_root}/dataset#files")


@blueprint.get("/dumps/SHA256SUMS")
def checksums() -> Response:
    """List the checksums of the files that hold the whole, as ``sha256sum --check`` reads them."""
    lines = [
        f"{_made(f).sha256}  {f.path.removeprefix('/dumps/')}\n" for f in _files() if _whole(f)
    ]
    return respond.answer(lambda: "".join(lines), formats.TEXT)


@blueprint.get("/dumps/tables/<any('csv-metadata.json'):name>")
def table_metadata(name: str) -> Response:
    """Describe the tables (CSV on the Web)."""
    found = _dataset()
    return respond.answer(
        lambda: (
            json.dumps(
                tables.metadata(found.licences, found.title),
                ensure_ascii=False,
                indent=1,
            )
            + "\n"
        ),
        JSON,
    )


@blueprint.get("/dumps/<path:name>")
def dump(name: str) -> Response:
    """Serve one file, whole or a range of it, under the SHA-256 of its bytes as ETag."""
    made = _find(name)
    if "," in request.headers.get("Range", ""):
        # Several ranges at once: RFC 9110, §14.2 lets a server answer with the whole.
        del request.environ["HTTP_RANGE"]
    response = send_file(
        made.path,
        mimetype=_MEDIA[name.rpartition(".")[2]],
        download_name=name.replace("/", "-"),
        etag=made.sha256,
        conditional=True,
    )
    # The bytes are what the checksum is of: nobody on the way may pack them again.
    response.headers["Cache-Control"] = f"{respond.CACHE}, no-transform"
    response.headers["Access-Control-Allow-Origin"] = "*"
    if name.endswith(".csv"):
        metadata = f"{request.script_root}/dumps/tables/{tables.METADATA}"
        response.headers["Link"] = respond.link_header(
            {"describedby": [(metadata, "application/csvm+json")]}
        )
    return response


@cache
def _context() -> str:
    return json.dumps(context(), ensure_ascii=False, indent=1) + "\n"


@blueprint.get("/context.jsonld")
def jsonld_context() -> Response:
    """Serve the JSON-LD context of the terms."""
    return respond.answer(_context, JSON_LD, name="context")


def _described(form: formats.Format) -> Response:
    here, site = f"{request.script_root}/dataset", address("")
    g.formats = [
        Offer(f.name, f"{here}.{f.suffix}", f.media_type) for f in formats.DATASET if f is not HTML
    ]
    body: Callable[[], str | bytes]
    body = partial(_page, site) if form is HTML else partial(_rdf, site, form)
    return respond.answer(body, form, name="dataset", variant=site)


def _rdf(site: str, form: formats.Format) -> bytes:
    triples = catalogue.triples(_dataset(), site)
    return formats.serialise(triples, form, catalogue.EXTRA_PREFIXES)


def _page(site: str) -> str:
    found = _dataset()
    return render_template(
        "dataset.html",
        found=found,
        sizes=[
            (part, [f for f in found.files if f.part == part.name and f.syntax != "csv"])
            for part in found.parts
        ],
        csv=[f for f in found.files if f.syntax == "csv"],
        tables=tables.TABLES,
        metadata=f"/dumps/tables/{tables.METADATA}",
        block=json_block(catalogue.schema_org(found, site)),
        code_licence=catalogue.CODE_LICENCE,
        page_of=links().page,
    )


def json_block(value: dict[str, Any]) -> Markup:
    """Return JSON for a data block: no letter in it can end the element or open a comment."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 - no markup is left in it


def _dataset() -> Dataset:
    generation = store().generation

    def make() -> Dataset:
        counted = generation.quads <= reading.CHECKSUMS_UP_TO
        every = [_measured(f) if counted and _whole(f) else f for f in _files()]
        return reading.read(store(), every, list_generations(service().root))

    return service().remember(("dataset", generation.id), make)


def _whole(file: File) -> bool:
    return file.graph is None


def _files() -> list[File]:
    found = [
        File(f"/dumps/{part.name}.{syntax}.gz", part.name, part.graph, syntax)
        for part in dumps.parts(store().generation)
        for syntax in dumps.SYNTAXES
    ]
    return found + [File(f"/dumps/tables/{name}.csv", name, None, "csv") for name in tables.TABLES]


def _measured(file: File) -> File:
    made = _made(file)
    return File(file.path, file.part, file.graph, file.syntax, made.size, made.sha256)


def _made(file: File) -> Dump:
    return _find(file.path.removeprefix("/dumps/"))


def _find(name: str) -> Dump:
    if name.startswith("tables/") and name.endswith(".csv"):
        table = tables.TABLES.get(name[len("tables/") : -len(".csv")])
        if table is not None:
            return service().dumps.get(store().generation, name, partial(_table, table))
    stem, dot, packed = name.rpartition(".")
    stem, dot, syntax = stem.rpartition(".")
    if packed != "gz" or syntax not in dumps.SYNTAXES or not dot:
        known = ", ".join(f".{each}.gz" for each in dumps.SYNTAXES)
        raise NotFound(f"A dump ends with one of {known}; /dataset lists them all.")
    part = dumps.part(store().generation, quote(stem, safe="/-._~"))
    return service().dumps.dump(store(), part, syntax)


def _table(table: tables.TableOf, out: BinaryIO, _: Path) -> None:
    tables.write(store(), table, out)
