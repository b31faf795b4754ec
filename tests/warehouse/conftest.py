"""The servers of the contract suites, for the tests of the warehouse too."""

from contracts.conftest import postgres, seaweed, settings_for, settings_shared

__all__ = ["postgres", "seaweed", "settings_for", "settings_shared"]
