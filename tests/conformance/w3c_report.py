"""The outcome of each W3C test as EARL (https://www.w3.org/TR/EARL10-Schema/) and as a table."""

from collections import Counter
from pathlib import Path

from reformgraph import __version__

PASSED, FAILED, INAPPLICABLE = "passed", "failed", "inapplicable"

HEAD = """\
# Written by `make conformance`; do not edit.
@prefix earl: <http://www.w3.org/ns/earl#> .
@prefix doap: <http://usefulinc.com/ns/doap#> .
@prefix dcterms: <http://purl.org/dc/terms/> .

<https://w3id.org/reformgraph/software> a doap:Project, earl:Software, earl:TestSubject ;
  doap:name "reformgraph" ;
  doap:release [ doap:revision "{version}" ] .
<https://w3id.org/reformgraph/software#conformance> a earl:Software, earl:Assertor ;
  dcterms:title "reformgraph, tests/conformance: over HTTP against `reformgraph serve`" .
"""
ASSERTION = """
[] a earl:Assertion ;
  earl:assertedBy <https://w3id.org/reformgraph/software#conformance> ;
  earl:subject <https://w3id.org/reformgraph/software> ;
  earl:test <{test}> ;
  earl:mode earl:automatic ;
  earl:result [ a earl:TestResult ; earl:outcome earl:{outcome}{note} ] .
"""


class Outcomes:
    """What came of each test, in the order in which they ran."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[str, str, str]] = {}

    def add(self, suite: str, test: str, outcome: str, note: str = "") -> None:
        self.found[test] = (suite, outcome, note)

    def earl(self) -> str:
        parts = [HEAD.format(version=__version__)]
        for test, (_, outcome, note) in sorted(self.found.items()):
            words = f' ; dcterms:description "{note}"' if note else ""
            parts.append(ASSERTION.format(test=test, outcome=outcome, note=words))
        return "".join(parts)

    def table(self) -> str:
        counts: dict[str, Counter[str]] = {}
        for suite, outcome, _ in self.found.values():
            counts.setdefault(suite, Counter())[outcome] += 1
        lines = ["| suite | passed | failed | needs writing |", "|---|---:|---:|---:|"]
        total: Counter[str] = Counter()
        for suite, count in sorted(counts.items()):
            total += count
            lines.append(_row(suite, count))
        lines.append(_row("**all**", total))
        return "\n".join(lines)

    def exceptions(self) -> str:
        """Return a table with one row for each suite and reason."""
        rows: dict[tuple[str, str, str], list[str]] = {}
        for test, (suite, outcome, note) in sorted(self.found.items()):
            if outcome != PASSED:
                rows.setdefault((suite, outcome, note), []).append(test.rpartition("#")[2])
        lines = ["| suite | outcome | tests | why |", "|---|---|---|---|"]
        for (suite, outcome, note), tests in sorted(rows.items(), key=lambda row: row[0][1::-1]):
            named = " ".join(f"`{test}`" for test in tests)
            lines.append(f"| {suite} | {outcome} | {named} | {note} |")
        return "\n".join(lines)


def _row(name: str, count: Counter[str]) -> str:
    return f"| {name} | {count[PASSED]} | {count[FAILED]} | {count[INAPPLICABLE]} |"


def replaced(text: str, mark: str, content: str) -> str:
    """Return ``text`` with what stands between the comments of ``mark`` replaced."""
    begin, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
    head, _, rest = text.partition(begin)
    _, _, tail = rest.partition(end)
    assert rest and tail, mark
    return f"{head}{begin}\n{content}\n\n{end}{tail}"


def keep(path: Path, text: str, rewrite: bool) -> None:
    """Write ``text``, or check that it is what stands there."""
    if rewrite:
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, f"{path.name} is stale: make conformance"
