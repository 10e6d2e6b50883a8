"""Entry point of ``python -m reformgraph``."""

from reformgraph.cli import main

if __name__ == "__main__":
    main()
