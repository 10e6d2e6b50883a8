"""What stands for what: lanes of kinds, dashes of predicates, weights of grounds."""

import re
from dataclasses import dataclass

from reformgraph.queries.lineage import Edge, Node


@dataclass(frozen=True, slots=True)
class Kind:
    """One lane: its heading, what its items are called, the shape of their marks."""

    key: str
    heading: str
    one: str
    many: str
    shape: str
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """Predicates that share one pattern of line, because they say much the same."""

    key: str
    meaning: str
    dash: str
    predicates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weight:
    """How strong the ground of an edge is, and how thick that makes its line."""

    key: str
    meaning: str
    thick: float
    bases: tuple[str, ...]


# The lane that most focal items stand in lies in the middle, so that its edges stay short.
LANES = (
    Kind("law", "Legislation", "law", "laws", "square", ("Legislation", "Provision")),
    Kind("policy", "Policy documents", "policy document", "policy documents", "disc", ("Policy",)),
    Kind("initiative", "Initiatives", "initiative", "initiatives", "diamond", ("Initiative",)),
    Kind("other", "Institutions and others", "institution or other item",
         "institutions and other items", "triangle", ()),
)  # fmt: skip

FAMILIES = (
    Family("builds", "builds on, pilots", "", ("buildsOn", "pilots")),
    Family("effects", "implements, gives effect to", "9 3", ("implements", "givesEffectTo")),
    Family("answers", "responds to, reviews, evaluates", "4 3",
           ("respondsTo", "reviews", "evaluates")),
    Family("changes", "supersedes, amends, repeals", "10 3 2 3",
           ("supersedes", "amends", "repeals")),
    Family("brings", "announces, establishes, funds, consults on", "10 3 2 3 2 3",
           ("announces", "establishes", "funds", "consultsOn")),
)  # fmt: skip
OTHER = Family("other", "draws on", "", ())

WEIGHTS = (
    Weight("stated", "stated by the source itself", 3.0, ("stated",)),
    Weight("legal", "law", 2.2, ("legal",)),
    Weight("told", "argued by an author, or reported", 1.5, ("scholarly", "reported")),
    Weight("inferred", "inferred", 0.8, ()),
)
INDIRECT_SHARE = 0.6  # of the thickness that a direct edge of the same ground has


def lane_of(node: Node) -> Kind:
    """Return the lane of `node` by its class; the last one takes all that no other does."""
    return next((lane for lane in LANES if node.type in lane.types), LANES[-1])


def family_of(edge: Edge) -> Family:
    """Return the family of the predicate of `edge`."""
    return next((family for family in FAMILIES if edge.predicate in family.predicates), OTHER)


def weight_of(edge: Edge) -> Weight:
    """Return the weight of the basis of `edge`; an unknown basis counts as the weakest."""
    return next((weight for weight in WEIGHTS if edge.basis in weight.bases), WEIGHTS[-1])


def words(local_name: str) -> str:
    """Return a local name in words: `givesEffectTo` as "gives effect to"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", local_name).lower()
