"""What a visitor does: each action changes a visit and yields or returns the page's values. No Gradio in here."""
