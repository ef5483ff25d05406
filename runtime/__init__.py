"""How nodes live: hosts, clocks, buses and places."""
