"""``make bench``: run every benchmark and print its table."""

from benchmarks import ingest, questions, reasoning

if __name__ == "__main__":
    questions.main()
    print()
    reasoning.main()
    print()
    ingest.main()
