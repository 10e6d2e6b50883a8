"""Records of real law, made by hand, and a graph of the story joined with them.

The facts are out of the effects feed of the Adoption and Children Act 2002 and the file of section 1
of the Children Act 1989 on legislation.gov.uk (Open Government Licence v3.0); ids are ours.
"""

from dataclasses import replace

import pyoxigraph

from reformgraph.ingest.build import Silence, bundled_timelines, reasoned
from reformgraph.ingest.law.folder import Entry
from reformgraph.ingest.law.known import known
from reformgraph.ingest.law.mapping import map_unit
from reformgraph.ingest.law.mapping.scope import describe_sources
from reformgraph.ingest.law.mapping.shards import Origin, Shard, shown, split
from reformgraph.ingest.law.model import (
    Citation,
    Commentary,
    Document,
    Effect,
    InForce,
    Provision,
    Reading,
    Reference,
    Version,
)
from reformgraph.ingest.readers.timeline import read_timelines

BASE = "https://w3id.org/reformgraph/"
SITE = "http://www.legislation.gov.uk/"
ACT = f"{SITE}id/ukpga/1989/41"
LATER = f"{SITE}id/ukpga/2002/38"
ORDER = f"{SITE}id/uksi/2005/2213"

INSERTED = Effect(
    id="ukpga-2002-38-row-26",
    type="words inserted",
    affecting_law=LATER,
    affected_law=ACT,
    affecting=(Reference(f"{LATER}/section/115/3", text="s. 115(3)"),),
    affected=(Reference(f"{ACT}/section/1/4/b", text="s. 1(4)(b)"),),
    affecting_title="Adoption and Children Act 2002",
    affected_title="Children Act 1989",
    in_force=(
        InForce(prospective=True, applied=True),
        InForce(
            day="2005-12-30",
            qualification="in force in so far as not already in force",
            applied=True,
            commencing=(Reference(f"{ORDER}/article/2/k", text="art. 2(k)"),),
        ),
    ),
    applied=True,
    required=True,
    modified="2020-01-31T12:43:15Z",
)
PROSPECTIVE = Effect(
    id="ukpga-1989-41-row-2",
    type="words inserted",
    affecting_law=f"{SITE}id/ukpga/2014/6",
    affected_law=ACT,
    affecting=(Reference(f"{SITE}id/ukpga/2014/6/section/15/2"),),
    affected=(Reference(f"{ACT}/section/6/2"),),
    affecting_title="Children and Families Act 2014",
    affected_title="Children Act 1989",
    in_force=(InForce(prospective=True),),
    required=True,
    modified="2024-10-09T15:44:53Z",
)
DOCUMENT = Document(
    iri=ACT,
    uri=f"{SITE}ukpga/1989/41/section/1",
    form="fragment",
    type="ukpga",
    main_type="UnitedKingdomPublicGeneralAct",
    category="primary",
    fragment="section/1",
    status="revised",
    title="Children Act 1989",
    year=1989,
    number="41",
    enacted="1989-11-16",
    modified="2026-07-16",
    confers_power=(f"{ACT}/section/8",),
    versions=(
        Version(f"{SITE}ukpga/1989/41/section/1/enacted", "enacted"),
        Version(f"{SITE}ukpga/1989/41/section/1/1991-10-14", "1991-10-14"),
        Version(f"{SITE}ukpga/1989/41/section/1/2014-10-22", "2014-10-22"),
    ),
    provisions=(
        Provision("part/I", f"{ACT}/part/I", "Part", "Part I", "Introductory", start="2022-04-06"),
        Provision(
            "section/1",
            f"{ACT}/section/1",
            "P1",
            "1",
            "Welfare of the child.",
            "part/I",
            start="2014-10-22",
        ),
    ),
    citations=(
        Citation("section/1", Reference(f"{SITE}id/ukpga/1998/42/section/1"), "the 1998 Act"),
    ),
    commentaries=(
        Commentary(
            "note-1",
            "F",
            "Words in s. 1(4)(b) inserted (30.12.2005)",
            ("section/1",),
            "ukpga-2002-38-row-26",
        ),
    ),
    effects=(PROSPECTIVE,),
)

FETCHED = Entry(
    key="https://www.legislation.gov.uk/ukpga/1989/41/data.xml",
    digest="5" * 64,
    name="ukpga/1989/41",
    url="https://www.legislation.gov.uk/ukpga/1989/41/data.xml",
    retrieved="2026-07-16T09:00:00Z",
)


def origin(name: str) -> Origin:
    """A file that was handed in."""
    return Origin(f"file:{name}", "0" * 64, name)


def shards() -> list[Shard]:
    """All that the two made-up files say, by law."""
    section, changes = origins()
    found = list(split(Reading(documents=[DOCUMENT]), section))
    found += split(Reading(effects=[INSERTED]), changes)
    return found


def origins() -> tuple[Origin, Origin]:
    """The two files."""
    return shown(origin("section.xml"), [DOCUMENT]), shown(origin("changes.feed"), [])


def joined(extra: Document | None = None) -> pyoxigraph.Store:
    """The story with this law in it, as a build joins them; ``extra`` stands in for the document."""
    found = shards()
    if extra:
        found = [
            replace(shard, documents=(replace(extra, effects=()),)) if shard.documents else shard
            for shard in found
        ]

    def law(graph: pyoxigraph.Store) -> None:
        said = known(graph)
        graph.extend(describe_sources(origins(), BASE))
        for key in sorted({shard.law for shard in found}):
            about = [shard for shard in found if shard.law == key]
            graph.extend(map_unit(key, about, said.get(key, {}), BASE))

    graph, _ = reasoned(read_timelines(bundled_timelines()), BASE, Silence(), law=law)
    return graph
