"""What becomes of each row: a verdict, its reason, its entries."""
