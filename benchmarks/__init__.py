"""Scripts that print figures. They hold no thresholds; run them with `python -m benchmarks.<name> --json`."""
