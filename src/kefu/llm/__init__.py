"""Language models: what is asked, what is answered, what it costs, and what can go wrong on the way."""
