"""Every term that our code may name, as closed namespaces of pyoxigraph nodes.

``RG.buildsOn`` and ``RGS["policy-white-paper"]`` are ``NamedNode``s; a name that is not listed here
fails at once with an ``AttributeError`` or ``KeyError`` that names the term, not later as an empty
result. The lists are written out, so that importing this module parses nothing and needs only
pyoxigraph; ``tests/ontology/test_terms.py`` holds them equal to ``reform.ttl`` and ``scheme.ttl``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from pyoxigraph import NamedNode

from reformgraph.ontology.namespace import Namespace

ONTOLOGY: Final = NamedNode("https://w3id.org/reformgraph/ontology")
SCHEME: Final = NamedNode("https://w3id.org/reformgraph/scheme")

RG: Final = Namespace(
    "rg",
    "https://w3id.org/reformgraph/ontology#",
    (
        # things in the world
        *("Item", "Policy", "Legislation", "Provision", "Initiative", "Institution"),
        *("Creation", "Merger", "Split", "Renaming", "Transfer", "Abolition", "Tenure"),
        # what is said and put in place
        *("Articulation", "Component", "Problem", "Tension", "Absence", "Contradiction"),
        # how it is known
        *("Source", "Claim", "Evidence", "Timeline"),
        # lineage
        *("hasAntecedent", "hasDescendant", "drawsOn", "buildsOn", "respondsTo", "implements"),
        *("givesEffectTo", "supersedes", "amends", "repeals", "evaluates", "reviews", "pilots"),
        *("announces", "establishes", "funds", "consultsOn"),
        *("isAnnouncedBy", "isEstablishedBy", "isFundedBy", "isConsultedOnIn"),
        # of every entity
        *("slug", "kind", "hasEvidence", "inTimeline"),
        # time
        *("date", "dateEarliest", "dateLatest", "start", "startEarliest", "startLatest"),
        *("end", "endEarliest", "endLatest", "isOngoing"),
        # law, initiatives, institutions, posts
        *("legislationNumber", "year", "extent", "provisionNumber", "heading", "endedBy"),
        *("ledBy", "legalBasis", "transferredFrom", "transferredTo", "tenureOf"),
        *("moves", "functionsMoved", "closedAs"),
        # articulations, components, problems
        *("articulatedIn", "articulates", "hasFrame", "paraphrase"),
        *("introducedBy", "isResponsibilityOf", "purpose", "facilitates"),
        *("concerns", "attributedTo"),
        # claims, evidence, sources, timelines
        *("claimSubject", "claimPredicate", "claimObject", "claimValue", "basis", "rivals"),
        *("source", "locator", "status", "quotation", "sourceKind", "focalItem"),
        # law as its editors record it
        *("Effect", "Commentary", "affectingLaw", "affectedLaw", "effectType", "isApplied"),
        *("isRequired", "isProspective", "qualification", "commencedBy", "annotates"),
        *("commentaryType", "confersPower"),
    ),
)

ELI: Final = Namespace(
    "eli",
    "http://data.europa.eu/eli/ontology#",
    (
        *("LegalResource", "LegalResourceSubdivision", "is_part_of", "has_part"),
        *("responsibility_of_agent", "changes", "amends", "repeals", "implements", "based_on"),
        *("cites", "date_document", "first_date_entry_in_force", "date_no_longer_in_force"),
        *("LegalExpression", "realizes", "commences", "applies", "type_document", "in_force"),
        *("language", "version"),
    ),
)
ORG: Final = Namespace(
    "org",
    "http://www.w3.org/ns/org#",
    (
        *("Organization", "ChangeEvent", "Membership", "Post"),
        *("subOrganizationOf", "hasSubOrganization", "postIn", "hasPost", "member"),
        *("originalOrganization", "changedBy", "resultingOrganization", "resultedFrom"),
    ),
)
PROV: Final = Namespace(
    "prov",
    "http://www.w3.org/ns/prov#",
    (
        *("Entity", "Activity", "Agent", "SoftwareAgent", "wasInfluencedBy", "wasDerivedFrom"),
        *("wasGeneratedBy", "used", "wasAttributedTo", "wasAssociatedWith", "hadPrimarySource"),
        *("generatedAtTime", "startedAtTime", "endedAtTime"),
    ),
)
SKOS: Final = Namespace(
    "skos",
    "http://www.w3.org/2004/02/skos/core#",
    (
        *("Concept", "ConceptScheme", "prefLabel", "altLabel", "hiddenLabel", "notation"),
        *("definition", "scopeNote", "example", "editorialNote", "changeNote", "note"),
        *("broader", "narrower", "related", "inScheme", "topConceptOf", "hasTopConcept"),
        *("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"),
    ),
)
DCTERMS: Final = Namespace(
    "dcterms",
    "http://purl.org/dc/terms/",
    (
        *("title", "description", "creator", "publisher", "issued", "created", "modified"),
        *("identifier", "license", "source", "isPartOf", "hasPart", "format", "language"),
        *("replaces", "isReplacedBy", "references", "bibliographicCitation", "extent"),
        "dateSubmitted",
    ),
)
DC: Final = Namespace(
    "dc", "http://purl.org/dc/elements/1.1/", ("creator", "publisher", "language", "subject")
)
FOAF: Final = Namespace(
    "foaf",
    "http://xmlns.com/foaf/0.1/",
    ("Agent", "Person", "name", "homepage", "page", "primaryTopic"),
)
RDF: Final = Namespace(
    "rdf",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    (
        *("type", "Property", "langString", "Statement", "subject", "predicate", "object"),
        *("first", "rest", "nil"),
    ),
)
RDFS: Final = Namespace(
    "rdfs",
    "http://www.w3.org/2000/01/rdf-schema#",
    (
        *("label", "comment", "isDefinedBy", "seeAlso", "subClassOf", "subPropertyOf"),
        *("domain", "range", "Class", "Datatype", "Literal", "Resource"),
    ),
)
OWL: Final = Namespace(
    "owl",
    "http://www.w3.org/2002/07/owl#",
    (
        *("Ontology", "Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty"),
        *("TransitiveProperty", "FunctionalProperty", "IrreflexiveProperty"),
        *("AsymmetricProperty", "SymmetricProperty", "NamedIndividual", "Thing", "Nothing"),
        *("inverseOf", "disjointWith", "sameAs", "versionIRI", "versionInfo", "deprecated"),
        *("Restriction", "onProperty", "someValuesFrom", "allValuesFrom", "cardinality"),
        *("minCardinality", "maxCardinality", "unionOf", "disjointUnionOf"),
    ),
)
XSD: Final = Namespace(
    "xsd",
    "http://www.w3.org/2001/XMLSchema#",
    (
        *("string", "boolean", "integer", "nonNegativeInteger", "decimal", "double"),
        *("date", "dateTime", "gYear", "gYearMonth", "anyURI"),
    ),
)
EDTF: Final = Namespace("edtf", "http://id.loc.gov/datatypes/edtf/", ("EDTF",))
VANN: Final = Namespace(
    "vann",
    "http://purl.org/vocab/vann/",
    ("preferredNamespacePrefix", "preferredNamespaceUri"),
)
VS: Final = Namespace("vs", "http://www.w3.org/2003/06/sw-vocab-status/ns#", ("term_status",))
SCHEMA: Final = Namespace(
    "schema",
    "https://schema.org/",
    (
        *("Thing", "CreativeWork", "Legislation", "Report", "Project", "Event", "Dataset"),
        *("GovernmentOrganization", "Organization", "Person", "OrganizationRole", "DefinedTerm"),
        *("Claim", "Quotation", "name", "alternateName", "description", "url", "identifier"),
        *("sameAs", "isBasedOn", "isPartOf", "about", "citation", "datePublished", "startDate"),
        *("endDate", "foundingDate", "dissolutionDate", "parentOrganization", "author"),
        *("publisher", "license", "inLanguage", "sha256", "dateModified", "text"),
        *("legislationIdentifier", "legislationDate", "legislationAmends", "legislationRepeals"),
    ),
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One controlled list of the input tables: its name, concept scheme and notations.

    A concept's local name is the vocabulary's name, a hyphen and the slugged notation.
    """

    name: str
    scheme: str
    notations: tuple[str, ...]

    def local(self, notation: str) -> str:
        """Give the local name under ``rgs:`` of one of ``notations``."""
        return f"{self.name}-{notation.lower().replace(' ', '-')}"


_VOCABULARIES: Final[Mapping[str, Vocabulary]] = MappingProxyType(
    {
        name: Vocabulary(name, scheme, tuple(values.split("|")))
        for name, scheme, values in (
            (
                "policy",
                "policy-kinds",
                (
                    "green paper|white paper|strategy|plan|guidance|statutory guidance|review"
                    "|inquiry report|inspection report|evaluation|consultation|framework"
                    "|spending review|speech"
                ),
            ),
            (
                "initiative",
                "initiative-kinds",
                "programme|pilot|pathfinder|fund|unit|framework|tool|workforce reform|zone|service",
            ),
            (
                "institution",
                "institution-kinds",
                (
                    "department|executive agency|non-departmental public body|inspectorate|regulator"
                    "|unit|local partnership form|local government|NHS body|parliamentary body|charity"
                    "|professional body"
                ),
            ),
            ("legislation", "legislation-kinds", "Act|statutory instrument"),
            (
                "change",
                "change-kinds",
                "creation|merger|split|rename|transfer of functions|abolition",
            ),
            (
                "component",
                "component-kinds",
                (
                    "duty|power|structure|planning process|assessment process|information system|tool"
                    "|role|finance|workforce|leadership|culture|inspection|performance framework"
                    "|participation"
                ),
            ),
            ("problem", "problem-kinds", "tension|absence|contradiction"),
            (
                "frame",
                "frames",
                (
                    "remedy for wicked problems|instrument for outcomes|statutory duty|efficiency"
                    "|safeguarding|early intervention|professional practice|leadership task"
                    "|cultural change|user-centred|means in place|partnership as governance"
                    "|end in itself|undefined"
                ),
            ),
            ("basis", "bases", "stated|legal|scholarly|inferred|reported"),
            ("status", "statuses", "verified|unverified"),
        )
    }
)

RGS: Final = Namespace(
    "rgs",
    "https://w3id.org/reformgraph/scheme#",
    (
        *(
            name
            for each in _VOCABULARIES.values()
            for name in (each.scheme, *map(each.local, each.notations))
        ),
        # no table's values: what GOV.UK says of closed organisations
        *("closed-statuses", "closed-no-longer-exists", "closed-replaced", "closed-split"),
        *("closed-merged", "closed-changed-name", "closed-left-government", "closed-devolved"),
    ),
)

NAMESPACES: Final[tuple[Namespace, ...]] = (
    *(
        RG,
        RGS,
        ELI,
        ORG,
        PROV,
        SKOS,
        DCTERMS,
        DC,
        FOAF,
        RDF,
        RDFS,
        OWL,
        XSD,
        EDTF,
        VANN,
        VS,
        SCHEMA,
    ),
)
PREFIXES: Final[Mapping[str, str]] = MappingProxyType({ns.prefix: ns.iri for ns in NAMESPACES})
PROLOGUE: Final = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
"""What declares all of them before a query of our own."""


class Antecedent(Enum):
    """Which end of an asserted lineage triple is the one that came before."""

    OBJECT = "object"
    """The subject draws on the object: *A builds on B*."""
    SUBJECT = "subject"
    """The object draws on the subject: *A announces B*."""


@dataclass(frozen=True, slots=True)
class LineageProperty:
    """A direct lineage property as the relations table asserts it.

    ``drawing`` is the property, equal to ``predicate`` or its inverse, whose subject draws on its
    object; it is a sub-property of ``rg:drawsOn``.
    """

    predicate: NamedNode
    antecedent: Antecedent
    drawing: NamedNode


LINEAGE: Final[tuple[LineageProperty, ...]] = (
    *(
        LineageProperty(RG[name], Antecedent.OBJECT, RG[name])
        for name in (
            *("buildsOn", "respondsTo", "implements", "givesEffectTo", "supersedes"),
            *("amends", "repeals", "evaluates", "reviews", "pilots"),
        )
    ),
    *(
        LineageProperty(RG[name], Antecedent.SUBJECT, RG[inverse])
        for name, inverse in (
            ("announces", "isAnnouncedBy"),
            ("establishes", "isEstablishedBy"),
            ("funds", "isFundedBy"),
            ("consultsOn", "isConsultedOnIn"),
        )
    ),
)


def vocabulary(name: str) -> tuple[str, ...]:
    """List the values that the input tables may use for one vocabulary, in the scheme's order.

    In: ``policy``, ``initiative``, ``institution``, ``legislation``, ``change``, ``component``,
    ``problem``, ``frame``, ``basis`` or ``status``. Raises ``KeyError`` for any other name.
    """
    return _vocabulary(name).notations


def scheme_iri(name: str) -> NamedNode:
    """Give the ``skos:ConceptScheme`` of one vocabulary; raises ``KeyError`` like ``vocabulary``."""
    return RGS[_vocabulary(name).scheme]


def kind_iri(name: str, value: str) -> NamedNode:
    """Give the ``rgs:`` concept of a table's value: ``kind_iri("policy", "white paper")``.

    The value must stand in the vocabulary as it is written there. Raises ``KeyError``, naming the
    allowed values, when it does not.
    """
    found = _vocabulary(name)
    if value not in found.notations:
        raise KeyError(f"{value!r} is no {name}; allowed: {', '.join(found.notations)}")
    return RGS[found.local(value)]


def compact(iri: str | NamedNode) -> str:
    """Write an IRI as ``prefix:local`` when it is a term listed here; else give it back as it is."""
    text = iri.value if isinstance(iri, NamedNode) else iri
    for namespace in NAMESPACES:
        if text.startswith(namespace.iri) and (local := text[len(namespace.iri) :]) in namespace:
            return f"{namespace.prefix}:{local}"
    return text


def _vocabulary(name: str) -> Vocabulary:
    try:
        return _VOCABULARIES[name]
    except KeyError:
        allowed = ", ".join(_VOCABULARIES)
        raise KeyError(f"no vocabulary {name!r}; there are: {allowed}") from None
