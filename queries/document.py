"""``docs/questions.md``: what each question answers, takes and gives, written from the headers.

``python -m reformgraph.queries.document > docs/questions.md`` writes it; a test fails when the page
and the headers drift apart.
"""

from __future__ import annotations

import sys
from itertools import groupby
from typing import Final

from reformgraph.queries import catalogue
from reformgraph.queries.catalogue import Question

_INTRO: Final = """\
# The questions

Written by `python -m reformgraph.queries.document` from the headers of `queries/*/*.rq`; change
those, not this page.

Each question is a page with a form at `/questions/NAME`, an address for programs at
`/questions/NAME.csv` and `.json`, a command `reformgraph ask NAME`, and a SPARQL file that runs
unchanged, with its defaults, in any engine that takes the union of the graphs as default graph.

An *entity* is given by slug (`childrens-plan-2007`) or IRI; a *date* is one day, `2007-12-11`,
because a month or a year has no one answer. An optional parameter that is given empty means any.

In every answer

- there is **one row for each fact and each source of it**: what has two sources comes twice, and the
  columns before `source` are then the same;
- `item` is what a row is about, and a column `x` that holds an IRI is followed by `xLabel`, its name;
- `status` is `verified`, or `unverified` while nobody has read it in the source; it is never left out;
- `stood` is `yes`, or `possibly` when the known dates leave both open. So does the very day of an
  end: sources use both the last day and the first day after. What certainly did not stand is not
  listed, nor is a thing of which no date is known, save by `means-in-place`, which lists every
  component and has `not yet`, `gone` and `unknown` (no date known) besides;
- dates are as the source gives them, in EDTF: `2003-09`, `2005~` (about), `2002?` (doubtful).

## Adding a question

Put one `.rq` file into a folder of `queries/`. The lines that begin with `#+ ` are its header:

| key | holds |
|---|---|
| `title`, `question` | a short name; the question as a person asks it |
| `group` | the folder |
| `parameters` | `name`, `type` (entity, date, text), `help`, `default`, `optional`, `focal` (the default is the item that a story is about: a graph of other stories takes that of its first) |
| `columns` | `name` and `meaning`, in the order of the table |
| `caveat` | what the answer leaves out or takes for granted |
| `related`, `since` | other questions; the version that brought it |
| `wrong_on` | engines that are known to answer it wrongly or not at all, and are not asked (`make soak` asks them) |
| `derive` | `depth` adds that column, counted from the first parameter along `from` → `to`; `depth-back` along `to` → `from`; `holders` keeps, for each item, the changes that follow one another in time from whom it was given to, and counts them |

A parameter stands in the query as `VALUES ?name { default }`, as often as needed; `UNDEF` is any. Name
no entity anywhere else, name every column, and order by all that tells rows apart, IRIs last. Keep
each group of triple patterns connected by its own variables: engines that join group by group take
minutes otherwise. On a graph of millions of statements Oxigraph looks things up one by one, and does not
read all of a predicate, where these hold:

- of an optional parameter two branches, `{ VALUES ?item { UNDEF } FILTER(!BOUND(?item)) }` with all there
  is and `{ VALUES ?item { UNDEF } FILTER(BOUND(?item)) }` with what is said of `?item`: a branch that cannot
  hold is left out of the plan, while `FILTER(!BOUND(?item) || ?item = ?from)` is tried on every row;
- no pattern after a `BIND` looks up what it bound, for `IF` and `COALESCE` may leave it unbound;
- the label of an optional thing stands in an `OPTIONAL` of its own within the other;
- `VALUES` of a value that no pattern has (a day to compare with) stands after the last `OPTIONAL`.

The tests find the file; they ask for a case in `tests/queries/test_questions.py`,
and `pytest --regold` writes its golden answers and this page.
"""


def markdown() -> str:
    """Write the page: the questions by group, each with its parameters and columns."""
    parts = [_INTRO]
    found = sorted(catalogue.load().values(), key=lambda each: each.group)
    for group, questions in groupby(found, key=lambda each: each.group):
        parts.append(f"# {group.capitalize()}\n")
        parts.extend(map(_section, questions))
    return "\n".join(parts)


def _section(question: Question) -> str:
    lines = [f"## `{question.name}`", "", f"**{question.question}**", ""]
    if question.caveat:
        lines += [question.caveat.strip(), ""]
    if question.wrong_on:
        lines += [
            f"Not asked of {', '.join(question.wrong_on)}, which answers it wrongly or not at all.",
            "",
        ]
    lines += ["| parameter | takes | default | meaning |", "|---|---|---|---|"]
    for each in question.parameters:
        default = f"`{each.default}`" if each.default else "any"
        lines.append(f"| `{each.name}` | {each.type} | {default} | {_cell(each.help)} |")
    lines += ["", "| column | meaning |", "|---|---|"]
    lines += [f"| `{each.name}` | {_cell(each.meaning)} |" for each in question.columns]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(markdown())
