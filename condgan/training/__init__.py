"""The only room that runs an optimiser."""
