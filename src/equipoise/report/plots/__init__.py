"""One plot a file: plain arrays in, Matplotlib axes out."""
