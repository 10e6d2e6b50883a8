"""A story as a text file: Markdown with footnotes, or plain text that any program reads."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from reformgraph.server.reading.story import StoryPage
from reformgraph.server.reading.told import Note, Passage, Run

WIDTH = 88
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&])")


def markdown(page: StoryPage) -> str:
    """Write the story as Markdown; marks in names are escaped, so that none becomes markup."""
    return "\n".join(_lines(page, _Markdown())) + "\n"


def plain(page: StoryPage) -> str:
    """Write the story as text of limited width, the notes at its end."""
    return "\n".join(_lines(page, _Plain())) + "\n"


def assurance(page: StoryPage) -> str:
    """Say in a paragraph how far the account can be trusted."""
    trust, telling = page.trust, page.telling
    if not trust.claims:
        return "The graph names nothing that it drew on and nothing that came of it."
    parts = [
        (
            f"This account of {trust.passages} items rests on {trust.claims} claims. "
            f"{trust.unverified} of them ({trust.share} %) are unverified: nobody has read them in "
            f"their source yet. {trust.inferred} {'is' if trust.inferred == 1 else 'are'} our own inference."
        )
    ]
    if trust.bare:
        parts.append(f"Of {trust.bare} items nothing at all is verified.")
    if telling.rivals:
        parts.append(f"For {telling.rivals} items sources give rival dates.")
    if telling.undated:
        parts.append(f"{len(telling.undated)} items have no date and stand last in their part.")
    if trust.against_time:
        parts.append(
            f"{len(trust.against_time)} claims join an item to something dated after it; they are"
            " listed at the end."
        )
    if page.beyond:
        parts.append(f"{page.beyond} items farther off are left out.")
    return " ".join(parts)


def source_words(note: Note) -> str:
    """Say where a note was read and how it is known."""
    where = "; ".join(note.sources) or "no source given"
    if note.locator:
        where += f", {note.locator}"
    basis = f"; basis: {note.basis}" if note.basis else ""
    return f"{where}{basis}; {'verified' if note.verified else 'UNVERIFIED'}."


class _Markdown:
    def heading(self, level: int, text: str) -> str:
        return f"{'#' * level} {self.escape(text)}"

    def escape(self, text: str) -> str:
        return _SPECIAL.sub(r"\\\1", " ".join(text.split()))

    def runs(self, runs: tuple[Run, ...]) -> str:
        return "".join(self._run(run) for run in runs)

    def _run(self, run: Run) -> str:
        if run.note:
            return f"[^{run.note}]"
        text = _SPECIAL.sub(r"\\\1", run.text)
        return f"*{text}*" if run.title else text

    def paragraph(self, text: str) -> str:
        return text

    def note(self, note: Note) -> str:
        return f"[^{note.number}]: {self.escape(f'{note.said} {source_words(note)}')}"


class _Plain(_Markdown):
    def heading(self, level: int, text: str) -> str:
        text = self.escape(text)
        return f"{text}\n{('=' if level == 1 else '-') * min(len(text), WIDTH)}"

    def escape(self, text: str) -> str:
        return " ".join(text.split())

    def _run(self, run: Run) -> str:
        return f"[{run.note}]" if run.note else run.text

    def paragraph(self, text: str) -> str:
        return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)

    def note(self, note: Note) -> str:
        text = self.escape(f"[{note.number}] {note.said} {source_words(note)}")
        return textwrap.fill(
            text, WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
        )


def _lines(page: StoryPage, style: _Markdown) -> Iterator[str]:
    telling = page.telling
    yield style.heading(1, f"How {page.called} came about, and what came of it")
    yield ""
    yield style.paragraph(style.escape(assurance(page)))

    def passage(one: Passage) -> Iterator[str]:
        yield ""
        yield style.paragraph(" ".join(style.runs(sentence) for sentence in one.sentences))

    for period in telling.before:
        yield from ("", style.heading(2, f"{period.heading} ({period.years})"))
        for each in period.passages:
            yield from passage(each)
    yield from ("", style.heading(2, page.label))
    yield from passage(telling.focus)
    for period in telling.after:
        yield from ("", style.heading(2, f"{period.heading} ({period.years})"))
        for each in period.passages:
            yield from passage(each)
    yield from ("", style.heading(2, "Notes"), "")
    for note in telling.notes:
        yield style.note(note)
