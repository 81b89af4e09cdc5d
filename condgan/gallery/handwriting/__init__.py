"""Text as pages written by hand: from characters that a generator made to paper."""
