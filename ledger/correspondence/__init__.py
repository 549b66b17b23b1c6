"""What was sent to donors: letters and official receipts, kept under no seal."""
