"""From input files to a generation."""
