"""The pages, a module each with its ``router``; ``app`` finds them by name."""
