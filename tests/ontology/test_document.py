"""docs/ontology.md is what the ontology writes."""

from pathlib import Path

from reformgraph.ontology.document import markdown
from reformgraph.ontology.terms import RG, RGS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ontology.md"


def test_the_page_does_not_drift() -> None:
    """Write it anew with ``python -m reformgraph.ontology.document > docs/ontology.md``."""
    assert PAGE.read_text(encoding="utf-8") == markdown()


def test_every_own_term_is_on_the_page() -> None:
    page = markdown()
    for namespace in (RG, RGS):
        for name in namespace:
            assert f"`{namespace.prefix}:{name}`" in page, name
