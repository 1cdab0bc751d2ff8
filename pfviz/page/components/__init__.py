"""The components that Gradio lacks: the Plotly pane, and HTML that can be clicked."""
