"""Pages that work offline: a run, a study, a diagnosis, each as one HTML file."""
