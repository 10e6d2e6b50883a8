"""From the store to what pages show: typed, bounded reads, no HTML."""
