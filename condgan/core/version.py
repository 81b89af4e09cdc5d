"""The version, where everything can read it at no cost."""

__version__ = "0.1.0"
