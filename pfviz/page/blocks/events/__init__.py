"""What events of Gradio bring along, who caused them, and how a stream of updates is kept whole."""
