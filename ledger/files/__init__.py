"""The book on disk: found, loaded, written, mended."""
