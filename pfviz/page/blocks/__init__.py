"""All of Gradio: the parts of the page, where they stand, and which event calls what."""
