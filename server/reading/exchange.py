"""A lineage for other programs: GraphML and DOT, written by the libraries that define them."""

from __future__ import annotations

import io

from reformgraph.queries.lineage import Lineage


def graphml(traced: Lineage) -> bytes:
    """Write GraphML: items by IRI with label, class, kind and date; edges as they are asserted."""
    import networkx

    made = networkx.MultiDiGraph()
    for node in traced.nodes.values():
        made.add_node(
            node.iri,
            label=_plain(node.label),
            type=node.type,
            kind=_plain(node.kind),
            date=node.date,
            earliest=str(node.earliest or ""),
            latest=str(node.latest or ""),
            depth=node.depth,
        )
    for edge in traced.edges:
        made.add_edge(
            edge.subject,
            edge.object,
            key=edge.claim,
            predicate=edge.predicate,
            basis=edge.basis,
            status="verified" if edge.verified else "unverified",
            sentence=_plain(edge.comment),
            sources=_plain("; ".join(edge.sources)),
            claim=edge.claim,
        )
    buffer = io.BytesIO()
    networkx.write_graphml(made, buffer)
    return buffer.getvalue()


def dot(traced: Lineage, title: str) -> str:
    """Write DOT for Graphviz: time runs from left to right, what came first stands left."""
    import graphviz

    made = graphviz.Digraph(
        graph_attr={"rankdir": "LR", "label": graphviz.escape(_plain(title))},
        node_attr={"shape": "box", "fontname": "Helvetica"},
    )
    for node in traced.nodes.values():
        label = graphviz.escape(_plain(node.label)) + (f"\\n{node.date}" if node.date else "")
        bold = {"penwidth": "2"} if node.iri == traced.focus else {}
        made.node(_name(node.iri), label, URL=node.iri, **bold)
    for edge in traced.edges:
        made.edge(
            _name(edge.earlier),
            _name(edge.later),
            tooltip=graphviz.escape(_plain(edge.comment)),
            label=edge.predicate,
            style="solid" if edge.verified else "dotted",
            URL=edge.claim,
        )
    return str(made.source)


def _name(iri: str) -> str:
    # A colon in a name would be read as a port.
    return iri.replace(":", "%3A")


def _plain(text: str) -> str:
    """Leave out what XML forbids."""
    return "".join(c for c in text if c in "\t\n" or c.isprintable())
