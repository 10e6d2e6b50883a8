"""What a lineage picture says, in words: titles of its marks and its text alternative."""

from collections import Counter
from collections.abc import Sequence

from reformgraph.queries.lineage import Lineage, Node
from reformgraph.server import dates
from reformgraph.server.pictures.choose import Choice, Link
from reformgraph.server.pictures.clusters import Bundle, Crowd
from reformgraph.server.pictures.marks import LANES, lane_of, words
from reformgraph.server.pictures.text import clean, cut

_LONGEST = 160  # of a label inside a sentence
_NAMED = 3  # most connected items that are named


def node_title(node: Node) -> str:
    """Return the full label, the kind and the date of `node` as its tooltip."""
    if isinstance(node, Crowd):
        when = f"of {dates.in_words(node.date)}" if node.date else "without a date"
        return f"{node.label} {when}: show them one by one"
    kind = clean(node.kind) or words(node.type)
    when = dates.in_words(clean(node.date)) or "undated"
    return f"{cut(node.label) or node.slug} — {kind} — {when}"


def link_title(link: Link, choice: Choice) -> str:
    """Return an edge as a sentence with its ground, sources and whether they were checked."""
    edge = link.edge
    if isinstance(edge, Bundle):
        many = "claim says" if edge.count == 1 else "claims say"
        return (
            f"{edge.count} {many} that {_named(choice.nodes[edge.later])} draw on "
            f"{_named(choice.nodes[edge.earlier])}"
        )
    sentence = " ".join(
        (_name(choice.nodes[edge.subject]), words(edge.predicate), _name(choice.nodes[edge.object]))
    )
    sources = "; ".join(clean(source)[:_LONGEST] for source in edge.sources)
    ground = ", ".join(part for part in (sources, clean(edge.locator)[:_LONGEST]) if part)
    checked = "verified" if edge.verified else "unverified"
    parts = (sentence, words(edge.basis), ground, checked)
    return " — ".join(part for part in parts if part)


def describe(lineage: Lineage, choice: Choice) -> str:
    """Return one paragraph for those who do not see the picture."""
    focus = _name(choice.nodes[choice.focus])
    back = lineage.direction == "antecedents"
    others = [node for iri, node in choice.nodes.items() if iri != choice.focus]
    if not others and choice.more:
        many = "item is" if choice.more == 1 else "items are"
        return f"{focus} alone: {choice.more} more {many} left out."
    if not others:
        return nothing(lineage, choice)
    verb = f"that {focus} draws on" if back else f"that draw on {focus}"
    counts: Counter[str] = Counter()
    for node in others:
        counts[lane_of(node).key] += _size(node)
    kinds = ", ".join(
        f"{counts[kind.key]} {kind.one if counts[kind.key] == 1 else kind.many}"
        for kind in LANES
        if counts[kind.key]
    )
    total = sum(map(_size, others))
    shown = f"{total} of {total + choice.more}" if choice.more else f"{total}"
    parts = [
        (
            f"A time line of {shown} {'item' if total == 1 else 'items'} {verb}, "
            f"directly or through others: {kinds}."
        )
    ]
    if span := _span(list(choice.nodes.values())):
        parts.append(f"Their dates run {span}.")
    if crowds := [node for node in others if isinstance(node, Crowd)]:
        held = sum(crowd.count for crowd in crowds)
        parts.append(f"{held} of them stand in {len(crowds)} groups by kind and year.")
    near = sum(_size(node) for node in others if node.depth == 1)
    parts.append(f"{near} of them {'is' if near == 1 else 'are'} linked with it directly.")
    if most := _most_connected(choice):
        parts.append(f"Most connected: {most}.")
    if undated := sum(
        _size(node) for node in others if node.earliest is None and node.latest is None
    ):
        parts.append(f"{undated} without a date.")
    if unsure := sum(1 for link in choice.links if not link.edge.verified):
        parts.append(f"{unsure} of the {len(choice.links)} links drawn are not verified.")
    if choice.hidden:
        parts.append(
            f"{choice.hidden} more {'link is' if choice.hidden == 1 else 'links are'} left out "
            "because a longer way between the same items is drawn."
        )
    return " ".join(parts)


def nothing(lineage: Lineage, choice: Choice) -> str:
    """Return the sentence for an item that nothing is recorded about."""
    focus = _name(choice.nodes[choice.focus])
    if lineage.direction == "antecedents":
        return f"Nothing is recorded yet that {focus} draws on."
    return f"Nothing is recorded yet that draws on {focus}."


def _span(nodes: Sequence[Node]) -> str:
    firsts = [day for node in nodes if (day := node.earliest or node.latest)]
    lasts = [day for node in nodes if (day := node.latest or node.earliest)]
    if not firsts:
        return ""
    first, last = min(firsts).year, max(lasts).year
    return f"from {first} to {last}" if first != last else f"within {first}"


def _most_connected(choice: Choice) -> str:
    degree = Counter(end for link in choice.links for end in (link.earlier, link.later))
    del degree[choice.focus]
    ranked = sorted(degree, key=lambda iri: (-degree[iri], iri))[:_NAMED]
    return ", ".join(
        f"{_named(choice.nodes[iri])} ({degree[iri]} {'link' if degree[iri] == 1 else 'links'})"
        for iri in ranked
    )


def _size(node: Node) -> int:
    return node.count if isinstance(node, Crowd) else 1


def _named(node: Node) -> str:
    when = f" of {dates.in_words(node.date)}" if isinstance(node, Crowd) and node.date else ""
    return _name(node) + when


def _name(node: Node) -> str:
    return cut(node.label, _LONGEST) or node.slug
