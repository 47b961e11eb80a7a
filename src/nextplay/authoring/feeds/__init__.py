"""What a mapping can feed: facts, and the rules that they decide."""
