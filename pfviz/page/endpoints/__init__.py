"""What a program can ask of a page: typed functions over the engine, under the limits of a visitor. No Gradio here."""
