"""Do the addresses that mappings lead to still answer? Asked once each, politely, by hand.

A build never goes to the network, so the answers are written down beside the mappings, in
``links.checked.tsv``, and every build reports from there what is dead or has moved.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import urllib3

from reformgraph.errors import InputError
from reformgraph.queries.linking.remote import agent

CHECKED = "links.checked.tsv"
COLUMNS = ("object_id", "day", "status", "location")
TIMEOUT = 20.0
NO_ANSWER = "0"
"""Stands for the status of what gave none: no such name, no connection, no end."""


def check(
    mappings: Path,
    *,
    day: str,
    contact: str = "",
    pause: float = 1.0,
    wait: Callable[[float], None] = time.sleep,
) -> tuple[int, int]:
    """Ask every http(s) address of an SSSOM file that was not asked on ``day`` already.

    Writes ``links.checked.tsv`` beside it, after each answer, so that a run can go on. Redirects
    are noted and not followed. Returns how many were asked and how many did not answer 200 or 303.
    Raises InputError for a file that is none.
    """
    addresses = _addresses(mappings)
    target = mappings.with_name(CHECKED)
    known = _known(target)
    todo = [each for each in addresses if known.get(each, {}).get("day") != day]
    pool = urllib3.PoolManager(retries=False, headers={"User-Agent": agent(contact)})
    odd = 0
    for number, address in enumerate(todo):
        if number:
            wait(pause)
        status, location = _asked(pool, address)
        odd += status not in ("200", "303")
        row = {"object_id": address, "day": day, "status": status, "location": location}
        known[address] = row
        _write(target, [known[each] for each in addresses if each in known])
    return len(todo), odd


def _addresses(mappings: Path) -> list[str]:
    import yaml

    try:
        lines = mappings.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{mappings}: {error}") from None
    try:
        head = yaml.safe_load("\n".join(each[1:] for each in lines if each[:1] == "#")) or {}
    except yaml.YAMLError:
        head = None
    prefixes = head.get("curie_map", {}) if isinstance(head, dict) else {}
    reader = csv.DictReader([each for each in lines if each[:1] != "#"], delimiter="\t")
    if "object_id" not in (reader.fieldnames or ()) or not isinstance(prefixes, dict):
        raise InputError(f"{mappings}: no file of mappings: there is no column object_id")
    found: dict[str, None] = {}
    for row in reader:
        prefix, colon, local = (row["object_id"] or "").partition(":")
        whole = f"{prefixes[prefix]}{local}" if colon and prefix in prefixes else row["object_id"]
        if urlsplit(whole or "").scheme in ("http", "https"):
            found[whole] = None
    return list(found)


def _known(target: Path) -> dict[str, dict[str, str]]:
    if not target.is_file():
        return {}
    with target.open(encoding="utf-8", newline="") as file:
        return {row["object_id"]: row for row in csv.DictReader(file, delimiter="\t")}


def _asked(pool: urllib3.PoolManager, address: str) -> tuple[str, str]:
    try:
        for method in ("HEAD", "GET"):
            answer = pool.request(
                method, address, redirect=False, timeout=TIMEOUT, preload_content=False
            )
            answer.close()
            if answer.status not in (403, 405, 501):
                break
    except (urllib3.exceptions.HTTPError, OSError):
        return NO_ANSWER, ""
    return str(answer.status), answer.headers.get("Location", "")[:500]


def _write(target: Path, rows: list[dict[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, delimiter="\t", lineterminator="\n")
    writer.writeheader()
    # A tab or line end within an answer would make another cell or row of it.
    writer.writerows({key: " ".join(row[key].split()) for key in COLUMNS} for row in rows)
    whole = target.with_name(target.name + ".new")
    whole.write_text(text.getvalue(), encoding="utf-8")
    whole.replace(target)
