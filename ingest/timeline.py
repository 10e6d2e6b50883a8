"""A timeline in memory: its manifest and its rows, read, checked and typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from reformgraph.ingest import rows, slugs
from reformgraph.ingest.fields import Date, End, Slug, Text, Web, term, wrong
from reformgraph.ingest.rows import Row


def _licence(text: str) -> str:
    if not text:
        raise wrong("the licence's web address, such as https://spdx.org/licenses/CC-BY-4.0")
    return text


def _language(text: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*", text):
        raise wrong("a language tag such as en, cy or en-GB")
    return text


def _list(value: object) -> object:
    if not isinstance(value, list | tuple):
        raise wrong('a list of ids of other timelines, such as ["childrens-plan"]')
    return value


def _one_or_more(value: object) -> object:
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list | tuple) or not all(isinstance(each, str) for each in found):
        raise wrong("the name of a file, or a list of them")
    return found


def _flag(value: object) -> object:
    if not isinstance(value, bool):
        raise wrong("true or false")
    return value


class Rdf(BaseModel):
    """One ``[[rdf]]`` of ``timeline.toml``: a file of RDF that the timeline takes in.

    ``map`` names what carries it over onto our terms, CONSTRUCT queries (``.rq``) and SSSOM
    (``.sssom.tsv``); without any, or with ``keep``, it stands in the graph as it is. ``source`` is
    where all of it was read, ``status`` whether somebody looked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: Text
    map: Annotated[tuple[Text, ...], BeforeValidator(_one_or_more)] = ()
    source: Slug
    status: Annotated[str, term("status")] = "unverified"
    keep: Annotated[bool, BeforeValidator(_flag)] = False

    @property
    def name(self) -> str:
        """What its graph is called after the timeline: the file's name without its suffixes."""
        return slugs.slugify(Path(self.file).name.partition(".")[0])


def _tables(value: object) -> object:
    if not isinstance(value, list | tuple) or not all(
        isinstance(each, dict | Rdf) for each in value
    ):
        raise wrong("tables, each under a line [[rdf]]")
    return value


class Manifest(BaseModel):
    """``timeline.toml``. ``start`` and ``end`` frame what the timeline is about.

    ``uses`` holds the ids of the timelines that rows of this one may refer to, ``rdf`` the files of
    RDF that it takes in.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    id: Slug
    title: Text
    description: Text
    licence: Annotated[Web, AfterValidator(_licence)]
    publisher: Text
    language: Annotated[Text, AfterValidator(_language)]
    focal_item: Slug
    uses: Annotated[tuple[Slug, ...], BeforeValidator(_list)] = ()
    rdf: Annotated[tuple[Rdf, ...], BeforeValidator(_tables)] = ()
    start: Date = None
    end: End = None

    @property
    def scheme_id(self) -> str:
        """The slug of the concept scheme that holds the timeline's concepts."""
        return f"{self.id}-concepts"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row came from; ``row`` is the number that a spreadsheet shows."""

    table: str
    file: str
    row: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """One folder of input.

    ``files`` maps file names to the SHA-256 of their bytes; ``places`` maps the id of each row to
    its place. Tables that have no file are empty.
    """

    folder: Path
    manifest: Manifest
    files: Mapping[str, str]
    places: Mapping[str, Place]
    sources: tuple[rows.Source, ...] = ()
    legislation: tuple[rows.Legislation, ...] = ()
    provisions: tuple[rows.Provision, ...] = ()
    policies: tuple[rows.Policy, ...] = ()
    initiatives: tuple[rows.Initiative, ...] = ()
    institutions: tuple[rows.Institution, ...] = ()
    institution_changes: tuple[rows.InstitutionChange, ...] = ()
    posts: tuple[rows.Post, ...] = ()
    tenures: tuple[rows.Tenure, ...] = ()
    relations: tuple[rows.Relation, ...] = ()
    concepts: tuple[rows.Concept, ...] = ()
    articulations: tuple[rows.Articulation, ...] = ()
    components: tuple[rows.Component, ...] = ()
    tensions: tuple[rows.Tension, ...] = ()
    rivals: tuple[rows.Rival, ...] = ()
    links: tuple[rows.Link, ...] = ()
    _by_id: dict[str, Row] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        self._by_id.update((row.id, row) for row in self.rows())

    def table(self, name: str) -> tuple[Row, ...]:
        """Give the rows of one table; raises ``KeyError`` for a name that is none."""
        if name not in TABLE_NAMES:
            raise KeyError(name)
        found: tuple[Row, ...] = getattr(self, name)
        return found

    def used(self, timelines: Iterable[Timeline]) -> tuple[Timeline, ...]:
        """Give those of ``timelines`` that are needed to name what rows of this one refer to.

        These are the ones that it uses, and what they use in turn: the label of a row may be made
        of the label of another.
        """
        by_name = {each.manifest.id: each for each in timelines}
        found: dict[str, Timeline] = {}
        waiting = list(self.manifest.uses)
        while waiting:
            name = waiting.pop(0)
            if name in by_name and name not in found and name != self.manifest.id:
                found[name] = by_name[name]
                waiting += by_name[name].manifest.uses
        return tuple(found.values())

    def rows(self) -> Iterator[Row]:
        """Go over all rows, table by table, in the order of the files."""
        for name in TABLE_NAMES:
            yield from self.table(name)

    def row(self, slug: str) -> Row:
        """Give the row of an id; raises ``KeyError``."""
        return self._by_id[slug]

    @property
    def persons(self) -> Mapping[str, str]:
        """The persons of the tenures: slug to name, in order of first mention."""
        return {slugs.of_person(row.person): row.person for row in reversed(self.tenures)}


TABLE_NAMES: Final = tuple(each.table for each in rows.TABLES)
MANIFEST: Final = "timeline.toml"
LINKS: Final = "links.sssom.tsv"
CHECKED: Final = "links.checked.tsv"
