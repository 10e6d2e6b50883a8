"""Proposals for links onto things elsewhere: found, ranked, written down for a person to decide."""
