"""The pages: one blueprint a module, one template a page."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint


def blueprints() -> Iterator[Blueprint]:
    """Yield every blueprint; a new page is two more lines here."""
    from reformgraph.server.pages.asat import blueprint as asat
    from reformgraph.server.pages.browse import blueprint as browse
    from reformgraph.server.pages.changes import blueprint as changes
    from reformgraph.server.pages.concept import blueprint as concept
    from reformgraph.server.pages.entity import blueprint as entity
    from reformgraph.server.pages.health import blueprint as health
    from reformgraph.server.pages.home import blueprint as home
    from reformgraph.server.pages.institutions import blueprint as institutions
    from reformgraph.server.pages.lineage import blueprint as lineage
    from reformgraph.server.pages.linked import blueprint as linked
    from reformgraph.server.pages.matrix import blueprint as matrix
    from reformgraph.server.pages.ontology import blueprint as ontology
    from reformgraph.server.pages.quality import blueprint as quality
    from reformgraph.server.pages.questions import blueprint as questions
    from reformgraph.server.pages.search import blueprint as search
    from reformgraph.server.pages.story import blueprint as story
    from reformgraph.server.pages.why import blueprint as why
    from reformgraph.server.protocol.endpoint import blueprint as protocol

    yield from (asat, changes, institutions)
    yield from (home, entity, linked, lineage, story, matrix, concept, search)
    yield from (browse, questions, ontology, why, quality, protocol, health)
