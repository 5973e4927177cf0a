"""Reading Chinese utterances without a model: acts, values, concepts, matches, conditions; strings in, values out."""
