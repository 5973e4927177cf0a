"""What is kept: runs, calls, workers and model exchanges, in SQLite or PostgreSQL."""
