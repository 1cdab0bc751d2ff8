"""What commands print, read and write."""
