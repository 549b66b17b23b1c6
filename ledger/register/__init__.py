"""What happened: postings read, instalments followed, the book as a value."""
