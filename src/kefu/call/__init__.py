"""A call between a caller and a customer: turns, the two embedded parties, and what came of it."""
