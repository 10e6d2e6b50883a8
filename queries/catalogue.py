"""All questions: every ``.rq`` file in the folders of this room, read once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

from reformgraph.errors import InputError, NotFound
from reformgraph.queries import header
from reformgraph.queries.header import Column, Derivation, Header, Parameter

_BLOCK = re.compile(r"\bVALUES\s+\?(\w+)\s*\{([^{}]*)\}")
"""A parameter's place: a VALUES block of one variable, with the default as its data."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its header, its name (that of the file) and its text, header included.

    ``text`` is SPARQL 1.1 that runs unchanged in any engine, over the union of all graphs.
    """

    name: str
    text: str
    header: Header

    @property
    def title(self) -> str:
        """A short name for people."""
        return self.header.title

    @property
    def question(self) -> str:
        """The question as a person asks it."""
        return self.header.question

    @property
    def group(self) -> str:
        """The folder it stands in."""
        return self.header.group

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What the asker chooses."""
        return self.header.parameters

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the answer, in their order."""
        return self.header.columns

    @property
    def related(self) -> tuple[str, ...]:
        """Names of questions that a reader may want next."""
        return self.header.related

    @property
    def since(self) -> str:
        """The version that brought it."""
        return self.header.since

    @property
    def caveat(self) -> str:
        """What the answer leaves out or takes for granted; may be empty."""
        return self.header.caveat

    @property
    def wrong_on(self) -> tuple[str, ...]:
        """Engines that answer it wrongly or not at all."""
        return self.header.wrong_on

    @property
    def derive(self) -> Derivation | None:
        """How the column ``depth`` is worked out: along ``from``→``to``, or back."""
        return self.header.derive

    def defaults(self) -> dict[str, str]:
        """The data of each parameter's VALUES block as it stands in the file."""
        return {match[1]: match[2].strip() for match in _BLOCK.finditer(self.text)}

    def fill(self, data: Mapping[str, str]) -> str:
        """Replace the data of the VALUES blocks: ``data`` maps parameters to serialised terms.

        All blocks are found before any is replaced, so nothing that is put in is read again.
        """
        return _BLOCK.sub(
            lambda match: (
                f"VALUES ?{match[1]} {{ {data[match[1]]} }}" if match[1] in data else match[0]
            ),
            self.text,
        )


@cache
def load() -> Mapping[str, Question]:
    """Read all questions, by name, sorted by group and name.

    Raises InputError for a header that is incomplete or does not fit its query, or for two
    questions of one name.
    """
    found: dict[str, Question] = {}
    for folder, name, text in _texts(files("reformgraph.queries"), ""):
        question = read(name, folder, text)
        if name in found:
            raise InputError(f"two questions are called {name}", where={"file": f"{name}.rq"})
        found[name] = question
    order = sorted(found.values(), key=lambda each: (each.group, each.name))
    return MappingProxyType({each.name: each for each in order})


def get(name: str) -> Question:
    """Return the question ``name``; raises NotFound with the nearest names as hints."""
    questions = load()
    try:
        return questions[name]
    except KeyError:
        near = difflib.get_close_matches(name, questions, n=3, cutoff=0.5)
        raise NotFound(
            f"no question is called {name!r}"
            + (f", did you mean {near[0]!r}?" if near else "; there are: " + ", ".join(questions)),
            hints=near,
        ) from None


def read(name: str, folder: str, text: str) -> Question:
    """Read one question, the ``text`` of ``<folder>/<name>.rq``; raises InputError as :func:`load`."""
    file = f"{folder}/{name}.rq" if folder else f"{name}.rq"
    question = Question(name, text, header.parse(text, file))

    def refuse(key: str, fault: str) -> None:
        raise InputError(f"{file}: {key}: {fault}", where={"file": file, "field": key})

    if question.group != folder:
        refuse("group", f"is {question.group!r}, but the file is in the folder {folder!r}")
    declared = {each.name for each in question.parameters}
    blocks = set(question.defaults())
    for missing in sorted(declared - blocks):
        refuse("parameters", f"{missing} has no VALUES ?{missing} {{ … }} in the query")
    for extra in sorted(blocks - declared):
        refuse("parameters", f"VALUES ?{extra} {{ … }} is not declared")
    return question


def _texts(folder: Traversable, path: str) -> Iterator[tuple[str, str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.is_dir():
            yield from _texts(entry, f"{path}/{entry.name}" if path else entry.name)
        elif entry.name.endswith(".rq"):
            yield path, entry.name.removesuffix(".rq"), entry.read_text(encoding="utf-8")
