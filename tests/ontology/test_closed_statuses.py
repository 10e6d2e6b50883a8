"""GOV.UK's seven closed statuses, and how our kinds of change lie to them."""

from pyoxigraph import Literal

from reformgraph.ontology import files
from reformgraph.ontology.terms import RGS, SKOS, vocabulary

GOVUK = {
    *("no_longer_exists", "replaced", "split", "merged", "changed_name", "left_gov", "devolved"),
}


def test_all_seven_are_there_and_each_is_matched_by_a_change() -> None:
    triples = set(files.ontology_triples())
    members = {
        t.subject
        for t in triples
        if (t.predicate, t.object) == (SKOS.inScheme, RGS["closed-statuses"])
    }
    notations = {
        t.object.value
        for t in triples
        if t.subject in members and t.predicate == SKOS.notation and isinstance(t.object, Literal)
    }
    assert notations == GOVUK
    matches = [
        (t.subject, t.object)
        for t in triples
        if t.predicate == SKOS.closeMatch and t.object in members
    ]
    assert {end for _, end in matches} == members
    changes = {RGS[f"change-{each.replace(' ', '-')}"] for each in vocabulary("change")}
    # A creation closes nothing.
    assert {start for start, _ in matches} == changes - {RGS["change-creation"]}
