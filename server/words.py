"""The words of the pages for classes, predicates and evidence: one word for one thing everywhere.

The words of people (design, §3) are kept here, apart from the labels of the ontology, because a
page needs both directions of an edge and the plural of a class. Which section of an entity page
shows an edge stands here too, so that a new predicate is one row.
"""

from __future__ import annotations

from dataclasses import dataclass

from reformgraph.ontology import terms


@dataclass(frozen=True, slots=True)
class ClassWords:
    """How a class is called; ``meaning`` is for the page that lists its entities."""

    one: str
    many: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Edge:
    """How a predicate reads from its subject and from its object, and where pages show it.

    ``section`` is where the subject's page shows the objects, ``back_section`` where the object's
    page shows the subjects; "" is the list of other statements or of what else links here.
    """

    words: str
    back: str
    section: str = ""
    back_section: str = ""


# In the order in which the pages list them.
CLASSES: dict[str, ClassWords] = {
    "Policy": ClassWords(
        "policy", "policies", "Documents in which government says what it will do or has found."
    ),
    "Legislation": ClassWords("law", "laws", "Acts and statutory instruments."),
    "Provision": ClassWords("provision", "provisions", "Sections and other parts of a law."),
    "Initiative": ClassWords(
        "initiative", "initiatives", "Programmes, pilots, funds, tools and zones."
    ),
    "Institution": ClassWords(
        "institution", "institutions", "Departments, inspectorates, councils and other bodies."
    ),
    "Creation": ClassWords("creation", "creations", "Institutions that came into being."),
    "Merger": ClassWords("merger", "mergers", "Institutions that became one."),
    "Split": ClassWords("split", "splits", "Institutions that became several."),
    "Renaming": ClassWords("renaming", "renamings", "Institutions that changed their name."),
    "Transfer": ClassWords(
        "transfer of functions", "transfers of functions", "Functions that moved to another body."
    ),
    "Abolition": ClassWords("abolition", "abolitions", "Institutions that were ended."),
    "Post": ClassWords("post", "posts", "Offices in an institution that people held."),
    "Tenure": ClassWords("tenure", "tenures", "One person's time in one post."),
    "Person": ClassWords("person", "people", "Holders of posts."),
    "Concept": ClassWords("concept", "concepts", "Ideas that documents speak of, and their names."),
    "Articulation": ClassWords(
        "articulation", "articulations", "What one document says collaboration is or does."
    ),
    "Component": ClassWords(
        "component", "components", "One thing put in place to make collaboration happen."
    ),
    "Tension": ClassWords("tension", "tensions", "Problems: two aims that pull apart."),
    "Absence": ClassWords("absence", "absences", "Problems: something that is missing."),
    "Contradiction": ClassWords(
        "contradiction", "contradictions", "Problems: two statements that cannot both hold."
    ),
    "Source": ClassWords("source", "sources", "What was read, with all that rests on it."),
    "Claim": ClassWords("claim", "claims", "One edge of the graph, made citable."),
    "Evidence": ClassWords("evidence", "pieces of evidence", "Where a statement was read."),
    "Timeline": ClassWords("timeline", "timelines", "One folder of input tables."),
    "ConceptScheme": ClassWords("concept scheme", "concept schemes", "A set of concepts."),
}

# Only for pages about terms and super-classes; a longer list is in the ontology itself.
OTHER_CLASSES = {
    "Item": "item",
    "Problem": "problem",
    "ChangeEvent": "change event",
    "Class": "class of the ontology",
    "ObjectProperty": "property of the ontology",
    "DatatypeProperty": "property of the ontology",
    "Ontology": "ontology",
    "Effect": "effect of a law",
    "Commentary": "note of the editors",
    "LegalExpression": "version of a law",
}

EDGES: dict[str, Edge] = {
    "rg:buildsOn": Edge("builds on", "is built on by", "draws", "drawn"),
    "rg:respondsTo": Edge("responds to", "is answered by", "draws", "drawn"),
    "rg:implements": Edge("implements", "is implemented by", "draws", "drawn"),
    "rg:givesEffectTo": Edge("gives effect to", "is given effect by", "draws", "drawn"),
    "rg:supersedes": Edge("supersedes", "is superseded by", "draws", "drawn"),
    "rg:amends": Edge("amends", "is amended by", "draws", "drawn"),
    "rg:repeals": Edge("repeals", "is repealed by", "draws", "drawn"),
    "rg:evaluates": Edge("evaluates", "is evaluated by", "draws", "drawn"),
    "rg:reviews": Edge("reviews", "is reviewed by", "draws", "drawn"),
    "rg:pilots": Edge("pilots", "is piloted by", "draws", "drawn"),
    "rg:announces": Edge("announces", "is announced by", "drawn", "draws"),
    "rg:establishes": Edge("establishes", "is established by", "drawn", "draws"),
    "rg:funds": Edge("funds", "is funded by", "drawn", "draws"),
    "rg:consultsOn": Edge("consults on", "is consulted on in", "drawn", "draws"),
    "dcterms:publisher": Edge("published by", "published", "who", "published"),
    "eli:responsibility_of_agent": Edge("responsible department", "laws", "who", "law"),
    "rg:ledBy": Edge("led by", "led", "who", "published"),
    "rg:isResponsibilityOf": Edge("responsibility of", "responsible for", "who", "components"),
    "org:subOrganizationOf": Edge("part of", "has as parts", "who", "who"),
    # In the order of a life: where it came from, what it was given and lost, what became of it.
    "org:resultingOrganization": Edge("after", "where it came from", "changes", "changes"),
    "rg:transferredTo": Edge("functions moved to", "functions received", "changes", "changes"),
    "rg:transferredFrom": Edge("functions moved from", "functions lost", "changes", "changes"),
    "org:originalOrganization": Edge("before", "what became of it", "changes", "changes"),
    "rg:moves": Edge("duties and powers that moved", "passed on by", "changes", "changes"),
    "rg:closedAs": Edge("closed status (GOV.UK's word)", "changes", "changes", "links"),
    "org:postIn": Edge("post in", "posts", "posts", "posts"),
    "org:member": Edge("held by", "posts held", "posts", "posts"),
    "rg:tenureOf": Edge("post", "holders", "posts", "posts"),
    "eli:is_part_of": Edge("part of", "provisions", "law", "law"),
    "dcterms:isPartOf": Edge("within", "contains", "law", "law"),
    "eli:cites": Edge("cites", "is cited by", "law", "law"),
    # Counted by law in the record of the law itself; listed at /effects.
    "eli:commences": Edge("brings into force", "is brought into force by", "hidden", "hidden"),
    "eli:applies": Edge("applies", "is applied by", "hidden", "hidden"),
    "eli:changes": Edge("affects", "is affected by", "hidden", "hidden"),
    "rg:affectingLaw": Edge("affecting law", "effects of it", "claim", "hidden"),
    "rg:affectedLaw": Edge("affected law", "effects on it", "claim", "hidden"),
    "rg:commencedBy": Edge(
        "brought into force by", "effects brought into force", "claim", "hidden"
    ),
    "rg:annotates": Edge("note on", "notes", "claim", "hidden"),
    "eli:realizes": Edge("version of", "versions", "claim", "hidden"),
    "dcterms:replaces": Edge("replaces", "is replaced by", "law", "law"),
    "dcterms:isReplacedBy": Edge("is replaced by", "replaces", "law", "law"),
    "eli:type_document": Edge("type", "", "elsewhere"),
    "eli:in_force": Edge("in force", "", "hidden", "hidden"),
    "rg:legalBasis": Edge("legal basis", "is the legal basis of", "law", "law"),
    "rg:endedBy": Edge("ended by", "ended", "law", "law"),
    "skos:broader": Edge("broader concepts", "narrower concepts", "concepts", "concepts"),
    "skos:related": Edge("related concepts", "related concepts", "concepts", "concepts"),
    "skos:inScheme": Edge("in the scheme", "concepts of the scheme", "concepts", "concepts"),
    "skos:topConceptOf": Edge("top concept of", "top concepts", "concepts", "concepts"),
    "rg:articulatedIn": Edge("said in", "articulations", "articulations", "articulations"),
    "rg:articulates": Edge("about the concept", "articulations", "articulations", "articulations"),
    "rg:hasFrame": Edge("frame", "articulations in this frame", "articulations", "articulations"),
    "rg:introducedBy": Edge("introduced by", "introduced", "components", "components"),
    "rg:facilitates": Edge(
        "facilitates", "components that facilitate it", "components", "components"
    ),
    "rg:concerns": Edge("concerns", "problems named", "problems", "problems"),
    "rg:rivals": Edge("rival claims", "rival claims", "hidden", "hidden"),
    "rg:claimSubject": Edge("subject", "claims about it", "claim", "hidden"),
    "rg:claimPredicate": Edge("predicate", "claims with this predicate", "claim", ""),
    "rg:claimObject": Edge("object", "claims that name it", "claim", "hidden"),
    "rg:hasEvidence": Edge("evidence", "evidence of", "hidden", "rests"),
    "rg:source": Edge("read in", "rests on it", "rests", "rests"),
    "rg:focalItem": Edge("focal item", "focal item of", "who", "hidden"),
    "rg:inTimeline": Edge("in the timeline", "entities", "hidden", "links"),
    "rg:kind": Edge("kind", "of this kind", "hidden", "links"),
    "rg:basis": Edge("basis", "claims with this basis", "claim", "links"),
    "rg:status": Edge("status", "evidence with this status", "hidden", "links"),
    "rdf:type": Edge("class", "instances", "hidden", "links"),
    "foaf:page": Edge("web page", "", "elsewhere"),
    "foaf:homepage": Edge("web site", "", "elsewhere"),
    "owl:sameAs": Edge("the same as", "the same as", "elsewhere", "elsewhere"),
    "skos:exactMatch": Edge("exact match", "exact match", "elsewhere", "elsewhere"),
    "skos:closeMatch": Edge("close match", "close match", "elsewhere", "elsewhere"),
    "skos:broadMatch": Edge("broader there", "narrower there", "elsewhere", "elsewhere"),
    "skos:narrowMatch": Edge("narrower there", "broader there", "elsewhere", "elsewhere"),
    "skos:relatedMatch": Edge("related match", "related match", "elsewhere", "elsewhere"),
    "rdfs:seeAlso": Edge("see also", "see also", "elsewhere", "elsewhere"),
    "schema:sameAs": Edge("the same elsewhere", "", "elsewhere"),
    "dcterms:license": Edge("licence", "", "elsewhere"),
    "rdfs:subClassOf": Edge("kind of", "narrower classes", "concepts", "concepts"),
    "rdfs:subPropertyOf": Edge("a way of", "narrower properties", "concepts", "concepts"),
}

# Text and numbers, in the order of the facts at the top of a page. What is not here and not in
# HIDDEN stands under "Also stated".
FACTS: dict[str, str] = {
    "skos:definition": "definition",
    "rg:paraphrase": "what it says",
    "rg:purpose": "purpose",
    "rg:functionsMoved": "functions moved",
    "rdfs:comment": "sentence",
    "rg:claimValue": "value",
    "rg:quotation": "quotation",
    "rg:locator": "place in the source",
    "dc:creator": "author",
    "dcterms:issued": "year",
    "dc:publisher": "publisher",
    "rg:sourceKind": "kind of source",
    "rg:legislationNumber": "number",
    "rg:provisionNumber": "number",
    "rg:heading": "heading",
    "rg:year": "year",
    "rg:extent": "extent",
    "rg:attributedTo": "named by",
    "rg:effectType": "what it does",
    "rg:qualification": "how far in force",
    "rg:isApplied": "shown in the text",
    "rg:isRequired": "changes the text",
    "rg:isProspective": "no day in force yet",
    "rg:confersPower": "confers power to make law",
    "rg:commentaryType": "sort of note",
    "eli:version": "version",
    "eli:language": "language",
    "dcterms:dateSubmitted": "laid before a parliament",
    "eli:first_date_entry_in_force": "first came into force",
    "dcterms:identifier": "identifier",
    "dc:subject": "published under",
    "dc:language": "language",
    "skos:editorialNote": "note",
}

HIDDEN = frozenset(
    {
        *("rg:slug", "rdfs:label", "skos:prefLabel", "skos:altLabel", "dcterms:description"),
        *("foaf:name", "dcterms:title", "rg:date", "rg:start", "rg:end", "rg:isOngoing"),
        *("rg:dateEarliest", "rg:dateLatest", "rg:startEarliest", "rg:startLatest"),
        *("rg:endEarliest", "rg:endLatest", "rdf:type", "rdfs:isDefinedBy"),
    }
)

SECTIONS: dict[str, str] = {
    "claim": "The claim",
    "draws": "What it draws on",
    "drawn": "What draws on it",
    "changes": "How it came, changed and went",
    "who": "Who",
    "posts": "Posts and holders",
    "law": "Law",
    "concepts": "Among the concepts",
    "articulations": "Articulations",
    "components": "Components",
    "problems": "Problems",
    "published": "What it published and led",
    "rests": "What rests on it",
    "other": "Also stated",
    "links": "What else links here",
}

CHANGES = ("Creation", "Merger", "Split", "Renaming", "Transfer", "Abolition")
# On the page of a thing of that class, for what the section says of others does not fit it.
_OWN_SECTIONS: dict[tuple[str, str], str] = {
    **dict.fromkeys(((name, "changes") for name in CHANGES), "What changed"),
    ("Provision", "law"): "Its place in the law",
    ("Person", "posts"): "Posts held",
    ("Tenure", "posts"): "Post and holder",
    ("Post", "posts"): "Where it stands and who held it",
    ("Articulation", "articulations"): "Where it is said, and of what",
    ("Component", "components"): "Where it comes from and what it is for",
    **dict.fromkeys(
        ((name, "problems") for name in ("Tension", "Absence", "Contradiction")),
        "What it concerns",
    ),
}

_LINEAGE_FIRST = ("draws", "drawn", "law", "who", "articulations", "components", "problems")
_CHANGE = ("changes", "law", "draws", "drawn")
ORDER: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(CHANGES, _CHANGE),
    **dict.fromkeys(("Post", "Tenure", "Person"), ("posts", "who", "draws", "drawn", "law")),
    **dict.fromkeys(("Tension", "Absence", "Contradiction"), ("problems", "articulations")),
    "Institution": ("changes", "who", "posts", "published", "components", "law", "draws", "drawn"),
    "Provision": ("law", "components", "draws", "drawn", "articulations", "problems"),
    "Concept": ("concepts", "articulations", "components", "problems", "draws", "drawn"),
    "Articulation": ("articulations", "problems"),
    "Component": ("components", "who", "law", "problems"),
    "Source": ("rests",),
    "Claim": ("claim",),
    "Effect": ("claim",),
    "Commentary": ("claim",),
    "LegalExpression": ("claim",),
}


def order(class_name: str) -> tuple[str, ...]:
    """Return all sections in the order that fits a class."""
    first = ORDER.get(class_name, _LINEAGE_FIRST)
    return (*first, *(key for key in SECTIONS if key not in first))


def heading(key: str, class_name: str) -> str:
    """Return the heading of a section on the page of a thing of that class."""
    return _OWN_SECTIONS.get((class_name, key)) or SECTIONS[key]


def edge(predicate: str) -> Edge:
    """Return the words for a predicate IRI; an unknown one reads as its own name."""
    curie = terms.compact(predicate)
    if found := EDGES.get(curie):
        return found
    words = spaced(curie)
    return Edge(words, f"{words} (from)", "other", "links")


def spaced(curie: str) -> str:
    """Take the local name of a compact IRI apart: ``rg:isAnnouncedBy`` → "is announced by"."""
    name = curie.rstrip("/#").rpartition("/")[2].rpartition("#")[2].rpartition(":")[2] or curie
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).replace("_", " ").strip()


def class_words(name: str, many: bool = False) -> str:
    """Return the word for one entity of a class, or for ``many``, by the local name of the class."""
    if name in CLASSES:
        return CLASSES[name].many if many else CLASSES[name].one
    return OTHER_CLASSES.get(name) or spaced(name)


BASES = {
    "stated": "the subject says so itself",
    "legal": "the law does it",
    "scholarly": "an author argues it",
    "inferred": "our own inference, with the reason given",
    "reported": "the cited source reports it",
}


def in_title(label: str, type_: str) -> str:
    """Put an article before the name of a law in the middle of a title.

    ``type_`` is the local name of the class. Documents are cited by their title as it stands.
    """
    bare = type_ == "Legislation" and not label.startswith(("The ", "A ", "An "))
    return f"the {label}" if bare else label
