"""The questions in their groups, as lists and forms show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reformgraph.queries.catalogue import Question

# In the order of the design; a group that is not here comes last, by name.
ORDER = (
    *("lineage", "articulation", "concepts", "assemblage", "components", "problems"),
    *("institutions", "law", "practice", "evidence", "links"),
)


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """The questions of one group."""

    name: str
    questions: tuple[Question, ...]


def groups(questions: Iterable[Question]) -> tuple[QuestionGroup, ...]:
    """Group questions, groups and questions in a fixed order."""
    by_group: dict[str, list[Question]] = {}
    for question in questions:
        by_group.setdefault(question.group, []).append(question)

    def place(name: str) -> tuple[int, str]:
        return (ORDER.index(name) if name in ORDER else len(ORDER), name)

    return tuple(
        QuestionGroup(name, tuple(sorted(by_group[name], key=lambda q: q.title)))
        for name in sorted(by_group, key=place)
    )
