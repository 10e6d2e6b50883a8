"""The row of each table of a timeline, typed; one class a table, one field a column.

A field without a default is a column that must stand in the header and be filled. ``Refs`` on a
field says which tables its slugs point into; ``readers.checks`` follows them. docs/data.md holds
the same for people and is compared with this file by a test.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, BaseModel, ConfigDict

from reformgraph.ingest.fields import (
    Date,
    End,
    List,
    Refs,
    Slug,
    Slugs,
    SomeSlugs,
    Text,
    Web,
    Wikidata,
    Year,
    one_of,
    term,
)
from reformgraph.ontology.terms import LINEAGE, RG

PREDICATES: Final = tuple(each.predicate.value.removeprefix(RG.iri) for each in LINEAGE)

RIVAL_COLUMNS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        table: MappingProxyType(dict(pair.split("=") for pair in columns.split()))
        for table, columns in (
            ("policies", "date=published kind=kind title=title description=summary"),
            ("legislation", "date=made start=in_force kind=kind title=title description=summary"),
            ("provisions", "start=in_force end=ceased title=heading description=effect"),
            ("initiatives", "start=start end=end kind=kind title=title description=summary"),
            ("institutions", "start=start end=end kind=kind title=name description=summary"),
            ("institution_changes", "date=date kind=kind description=summary"),
            ("posts", "start=start end=end title=title description=summary"),
            ("tenures", "start=start end=end"),
            ("components", "start=start end=end kind=kind title=label description=purpose"),
        )
    }
)
"""Which column of which table a rival's property contradicts."""

RIVAL_PROPERTIES: Final = ("date", "start", "end", "kind", "title", "description")

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "policies": "policy",
        "legislation": "legislation",
        "initiatives": "initiative",
        "institutions": "institution",
        "institution_changes": "change",
        "components": "component",
        "tensions": "problem",
    }
)
"""The vocabulary of each table's ``kind``."""

CLOSED: Final = (
    *("no longer exists", "replaced", "split", "merged", "changed name", "left government"),
    "devolved",
)
"""GOV.UK's seven closed statuses, in the words of ``rgs:closed-statuses``."""

_ITEMS = ("policies", "legislation", "provisions", "initiatives")
_LAW = ("legislation", "provisions")


class Row(BaseModel):
    """What every row has. ``table`` is the name of its file without the suffix."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    table: ClassVar[str]

    id: Slug
    note: str = ""


class Sourced(Row):
    """A row that rests on sources: one or more, where in them, and whether somebody looked."""

    source: Annotated[SomeSlugs, Refs("sources")]
    locator: str = ""
    status: Annotated[str, term("status")]


class Source(Row):
    """A text that says something: document, page, article."""

    table = "sources"
    title: Text
    author: str = ""
    year: Date = None
    publisher: str = ""
    kind: Text
    identifier: str = ""
    url: Web = ""


class Legislation(Sourced):
    """An Act or a statutory instrument; ``in_force`` is its main commencement."""

    table = "legislation"
    iri: Web = ""
    title: Text
    kind: Annotated[str, term("legislation")]
    year: Year = ""
    number: str = ""
    made: Date = None
    in_force: Date = None
    extent: str = ""
    department: Annotated[Slugs, Refs("institutions")] = ()
    summary: str = ""


class Provision(Sourced):
    """A section, schedule paragraph, article … or a range of them."""

    table = "provisions"
    legislation: Annotated[Slug, Refs("legislation")]
    provision: Text
    heading: Text
    effect: str = ""
    in_force: Date = None
    ceased: End = None
    ceased_by: Annotated[Slugs, Refs("legislation")] = ()


class Policy(Sourced):
    """A policy document."""

    table = "policies"
    title: Text
    kind: Annotated[str, term("policy")]
    published: Date = None
    publisher: Annotated[Slugs, Refs("institutions")] = ()
    author: str = ""
    identifier: str = ""
    summary: str = ""


class Initiative(Sourced):
    """A programme, fund, pilot, tool … that runs for a time."""

    table = "initiatives"
    title: Text
    kind: Annotated[str, term("initiative")]
    start: Date = None
    end: End = None
    led_by: Annotated[Slugs, Refs("institutions")] = ()
    summary: str = ""


class Institution(Sourced):
    """A body, or a form of local body."""

    table = "institutions"
    name: Text
    alt_names: List = ()
    kind: Annotated[str, term("institution")]
    start: Date = None
    end: End = None
    part_of: Annotated[Slugs, Refs("institutions")] = ()
    wikidata: Wikidata = ""
    url: Web = ""
    summary: str = ""


class InstitutionChange(Sourced):
    """A creation, merger, split, renaming, transfer of functions or abolition.

    ``functions`` says in words what moved, ``moved`` names the duties and powers among it;
    ``closed_as`` stands where the kind does not tell how those before were closed.
    """

    table = "institution_changes"
    date: Date = None
    kind: Annotated[str, term("change")]
    before: Annotated[Slugs, Refs("institutions")] = ()
    after: Annotated[Slugs, Refs("institutions")] = ()
    legal_basis: Annotated[Slugs, Refs(*_LAW)] = ()
    summary: str = ""
    functions: str = ""
    moved: Annotated[Slugs, Refs("components")] = ()
    closed_as: Annotated[str, AfterValidator(one_of("", *CLOSED))] = ""


class Post(Sourced):
    """An office that persons hold one after the other."""

    table = "posts"
    title: Text
    institution: Annotated[SomeSlugs, Refs("institutions")]
    start: Date = None
    end: End = None
    legal_basis: Annotated[Slugs, Refs(*_LAW)] = ()
    summary: str = ""


class Tenure(Sourced):
    """One person's time in one post."""

    table = "tenures"
    person: Text
    wikidata: Wikidata = ""
    post: Annotated[Slug, Refs("posts")]
    start: Date = None
    end: End = None


class Relation(Sourced):
    """One edge of lineage, with a sentence that says it and on what ground."""

    table = "relations"
    subject: Annotated[Slug, Refs(*_ITEMS, "institutions", "posts", "institution_changes")]
    predicate: Annotated[str, AfterValidator(one_of(*PREDICATES))]
    object: Annotated[Slug, Refs(*_ITEMS, "institutions", "posts", "institution_changes")]
    claim: Text
    basis: Annotated[str, term("basis")]


class Concept(Sourced):
    """One way to speak of working together."""

    table = "concepts"
    pref_label: Text
    alt_labels: List = ()
    broader: Annotated[Slugs, Refs("concepts")] = ()
    related: Annotated[Slugs, Refs("concepts")] = ()
    definition: str = ""


class Articulation(Sourced):
    """What one document says a concept is or does."""

    table = "articulations"
    document: Annotated[Slug, Refs(*_ITEMS, "institutions", "institution_changes")]
    concept: Annotated[SomeSlugs, Refs("concepts")]
    frame: Annotated[str, term("frame")]
    paraphrase: Text
    quote: str = ""


class Component(Sourced):
    """One thing put in place to make collaboration happen."""

    table = "components"
    label: Text
    kind: Annotated[str, term("component")]
    introduced_by: Annotated[Slugs, Refs(*_ITEMS, "institution_changes")] = ()
    responsible: Annotated[Slugs, Refs("institutions", "posts")] = ()
    start: Date = None
    end: End = None
    purpose: str = ""
    facilitates: Annotated[Slugs, Refs("concepts")] = ()


class Tension(Sourced):
    """A tension, absence or contradiction that somebody has named."""

    table = "tensions"
    kind: Annotated[str, term("problem")]
    label: Text
    articulations: Annotated[Slugs, Refs("articulations")] = ()
    components: Annotated[Slugs, Refs("components")] = ()
    description: Text
    attributed_to: str = ""


class Rival(Sourced):
    """A value that contradicts a table's own: kept beside it, never asserted."""

    table = "rivals"
    subject: Annotated[Slug, Refs(*RIVAL_COLUMNS)]
    property: Annotated[str, AfterValidator(one_of(*RIVAL_PROPERTIES))]
    value: Text
    claim: Text
    basis: Annotated[str, term("basis")]


class Link(Sourced):
    """One mapping of ``links.sssom.tsv``; ``object`` is an IRI, ``predicate`` a compact one."""

    table = "links"
    subject: Slug
    predicate: str
    object: str
    object_label: str = ""
    justification: str
    author: str
    confidence: str
    date: str


TABLES: Final[tuple[type[Row], ...]] = (
    *(Source, Legislation, Provision, Policy, Initiative, Institution, InstitutionChange),
    *(Post, Tenure, Relation, Concept, Articulation, Component, Tension, Rival),
)
"""Every table, in the order in which they are read and mapped."""


def columns(model: type[Row]) -> list[str]:
    """List the columns of a table as people read them: id first, the source and note last."""
    shared = ("source", "locator", "status") if issubclass(model, Sourced) else ()
    own = [name for name in model.model_fields if name not in ("id", *shared, "note")]
    return ["id", *own, *shared, "note"]
