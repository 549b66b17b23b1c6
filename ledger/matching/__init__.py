"""Which pledge a receipt pays: the candidates, the certain ones, and a person's decisions."""
