"""What a visitor typed → settings and questions, or a message for each field."""
