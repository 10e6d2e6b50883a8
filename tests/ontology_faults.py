"""One spoilt graph for each check of the gate: what the tests of gate and shapes share."""

PREFIXES = """
PREFIX : <https://w3id.org/reformgraph/id/>
PREFIX claim: <https://w3id.org/reformgraph/claim/>
PREFIX evidence: <https://w3id.org/reformgraph/evidence/>
PREFIX graph: <https://w3id.org/reformgraph/graph/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX rg: <https://w3id.org/reformgraph/ontology#>
PREFIX rgs: <https://w3id.org/reformgraph/scheme#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""


def insert(triples: str) -> str:
    return f"INSERT DATA {{ GRAPH graph:small {{ {triples} }} }}"


def delete(pattern: str) -> str:
    return f"DELETE WHERE {{ GRAPH graph:small {{ {pattern} }} }}"


# check -> what spoils the small graph, and the thing that the check then names
FAULTS = {
    "before-institution": (
        insert(
            ":paper <http://purl.org/dc/terms/publisher> :office . "
            ':office rg:startEarliest "2006-01-01"^^xsd:date .'
        ),
        "id/paper",
    ),
    "blank-node": (insert(":plan rg:hasEvidence [] ."), "id/plan"),
    "claim-end-unknown": (delete(":first rg:slug ?x"), "claim/paper-first"),
    "claim-incomplete": (
        delete("claim:plan-paper rg:claimPredicate ?x"),
        "claim/plan-paper",
    ),
    "claim-without-basis": (delete("claim:plan-paper rg:basis ?x"), "claim/plan-paper"),
    "claim-without-evidence": (delete("claim:plan-paper rg:hasEvidence ?x"), "claim/plan-paper"),
    "claim-without-statement": (delete(":plan rg:buildsOn :paper"), "claim/plan-paper"),
    "draws-on-later": (insert(":paper rg:buildsOn :plan ."), "id/paper"),
    "edge-without-claim": (delete("claim:plan-paper rg:claimSubject ?x"), "id/plan"),
    "entity-without-evidence": (delete(":office rg:hasEvidence ?x"), "id/office"),
    "entity-without-label": (delete(":office rdfs:label ?x"), "id/office"),
    "entity-without-slug": (delete(":office rg:slug ?x"), "id/office"),
    "evidence-without-status": (delete("evidence:plan.1 rg:status ?x"), "evidence/plan.1"),
    "lineage-cycle": (insert(":first rg:respondsTo :plan ."), "id/first"),
    "lineage-loop": (insert(":first rg:buildsOn :first ."), "id/first"),
    "same-elsewhere-twice": (
        insert(
            ":paper <https://schema.org/sameAs> <https://example.org/1> . "
            ":plan <https://schema.org/sameAs> <https://example.org/1> ."
        ),
        "id/paper",
    ),
    "skos-concept-and-scheme": (insert(":a a skos:Concept , skos:ConceptScheme ."), "id/a"),
    "skos-labels-overlap": (
        insert(':a skos:prefLabel "trust"@en ; skos:altLabel "trust"@en .'),
        "id/a",
    ),
    "skos-matches-clash": (insert(":a skos:exactMatch :b ; skos:broadMatch :b ."), "id/a"),
    "skos-related-and-broader": (
        insert(":a skos:related :c ; skos:broader :b . :b skos:broader :c ."),
        "id/a",
    ),
    "skos-two-preferred-labels": (
        insert(':a skos:prefLabel "trust"@en , "trusts"@en .'),
        "id/a",
    ),
    "stray-term": (insert(":plan rg:bildsOn :paper ."), "ontology#bildsOn"),
    "succession-cycle": (
        insert(":first rg:supersedes :office . :office rg:supersedes :paper ."),
        "id/first",
    ),
    "verified-without-source": (delete("evidence:plan.1 rg:source ?x"), "evidence/plan.1"),
}
