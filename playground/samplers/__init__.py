"""Samplers: they take callables and states, never a model class."""
