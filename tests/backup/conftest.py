"""The servers of the contract suites, for homes that lie on them."""

from contracts.conftest import postgres, seaweed, settings_for, settings_shared

__all__ = ["postgres", "seaweed", "settings_for", "settings_shared"]
