"""The servers of the contract suites, for machines that share a home."""

from contracts.conftest import postgres, seaweed, settings_for, settings_shared

__all__ = ["postgres", "seaweed", "settings_for", "settings_shared"]
