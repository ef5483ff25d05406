"""Leader arms."""
