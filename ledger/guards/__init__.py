"""What must hold in a book: every guard, in one list."""
