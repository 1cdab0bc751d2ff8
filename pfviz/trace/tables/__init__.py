"""Files of rows: JSON lines, a JSON array, comma-separated values, Parquet; what is in a row, and what it may mean."""
