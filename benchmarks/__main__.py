"""``make bench``: run every benchmark and print its table."""

from benchmarks import (
    ingest,
    ingest_effects,
    ingest_folder,
    questions,
    reasoning,
    reconcile,
    sparql,
)

if __name__ == "__main__":
    questions.main()
    print()
    reasoning.main()
    print()
    ingest.main()
    print()
    ingest_effects.main()
    print()
    ingest_folder.main()
    print()
    sparql.main([])
    print()
    reconcile.main()
