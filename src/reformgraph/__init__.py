"""reformgraph: a knowledge graph of policy and institutional change."""

from pathlib import Path as _Path

__version__ = "0.1.0"

# In a checkout the sub-packages are the repository's top-level folders. Symlinks beside this file
# point at them; where symlinks were lost (Windows, zip download) look in the root instead.
_root = _Path(__file__).resolve().parents[2]
if (_root / "pyproject.toml").is_file() and (_root / "ontology").is_dir():
    __path__.append(str(_root))
