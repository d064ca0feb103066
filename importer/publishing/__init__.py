"""What others learn of a run: metrics, and a notification."""
