"""Hoso: paper dossiers of Vietnamese offices into signed archive copies and checked, reusable records.

Importing this package loads no heavy library; the rooms below it load theirs on use.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
