"""Field matching: which source field a target field comes from."""
