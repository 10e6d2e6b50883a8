"""Mappings onto things elsewhere: statements with claim and evidence, and the SSSOM file served."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from reformgraph.ingest.mapping.iris import Iris
from reformgraph.ingest.mapping.scope import GENERATED, Scope
from reformgraph.ingest.rows import Link
from reformgraph.ingest.timeline import Timeline
from reformgraph.ontology.terms import OWL, SCHEMA, SKOS

ATTACHED: Final = "mappings.sssom.tsv"
_SPACES: Final = {"skos": SKOS, "owl": OWL, "schema": SCHEMA}
_COLUMNS: Final = (
    *("record_id", "subject_id", "subject_label", "predicate_id", "object_id", "object_label"),
    *("mapping_justification", "author_label", "confidence", "mapping_date", "mapping_source"),
    *("comment",),
)


def link(scope: Scope, row: Link) -> Iterator[Quad]:
    """A mapping: the plain triple, its claim with who says so, how sure and when, its evidence."""
    prefix, _, local = row.predicate.partition(":")
    subject, predicate = scope.iris.entity(row.subject), _SPACES[prefix][local]
    target, claim = NamedNode(row.object), scope.iris.claim(row.id)
    yield scope.quad(subject, predicate, target)
    how = row.justification.removeprefix("semapv:")
    comment = (
        f"{scope.labels[row.subject]}: {row.predicate} {row.object_label or row.object} "
        f"({how}, confidence {row.confidence}, {row.author}, {row.date})."
    )
    yield from scope.claim(
        claim, row, subject, predicate, target, Literal(comment, language=GENERATED), "reported"
    )
    yield from scope.text(claim, SKOS.editorialNote, row.note)
    yield from scope.evidence(row)


def sssom(timelines: Sequence[Timeline], base: str) -> bytes:
    """Write the mappings of all timelines as one SSSOM file, the subjects by their IRIs."""
    out = io.StringIO()
    out.write("#mapping_set_id: " + base + "mappings\n")
    licences = sorted({timeline.manifest.licence for timeline in timelines})
    out.write(f"#license: {licences[0] if licences else ''}\n#curie_map:\n")
    for prefix, space in sorted(_SPACES.items()):
        out.write(f"#  {prefix}: {space.iri}\n")
    out.write("#  semapv: https://w3id.org/semapv/vocab/\n")
    # Objects stand by their addresses; an ISBN has none on the web.
    out.write('#  urn: "urn:"\n')
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(_COLUMNS)
    for timeline in timelines:
        scope = Scope(timeline, base, timeline.used(timelines))
        iris: Iris = scope.iris
        for row in timeline.links:
            writer.writerow(
                (
                    iris.claim(row.id).value, iris.entity(row.subject).value,
                    scope.labels[row.subject], row.predicate, row.object, row.object_label,
                    row.justification, row.author, row.confidence, row.date,
                    iris.entity(row.source[0]).value, row.note,
                )
            )  # fmt: skip
    return out.getvalue().encode()
