"""A visual playground for deep generative models."""
