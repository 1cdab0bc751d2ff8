"""What a browser needs to play a run again: its columns, and the transport that page and report share."""
