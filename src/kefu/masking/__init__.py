"""What tells of a person in a talk, replaced by placeholders: names, numbers, addresses."""
