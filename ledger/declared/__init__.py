"""What a book declares, read once into typed values."""
