"""Messages as Foxglove and its open forks know them: its well-known schemas beside every message in full."""
