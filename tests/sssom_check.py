"""Validate SSSOM files with the ``sssom`` library: ``python sssom_check.py FILE …`` prints faults.

A process of its own: the library warns of its own plans, and takes two seconds to load.
"""

import sys
import warnings

warnings.simplefilter("ignore")

from sssom.parsers import parse_sssom_table
from sssom.validators import validate

for path in sys.argv[1:]:
    rows = parse_sssom_table(path)
    for kind, report in validate(rows, fail_on_error=False).items():
        for result in report.results:
            print(f"{path}: {kind.value}: {result.severity}: {result.message}")
    print(f"{path}: {len(rows.df)} rows")
