"""A run from plan to last cell: begun, held by workers, watched, resumed; what a kill at any moment must not lose."""
