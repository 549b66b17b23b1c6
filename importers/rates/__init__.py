"""Published exchange rates into prices of the book."""
