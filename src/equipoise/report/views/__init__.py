"""What the page shows, one section a file: a record in, ready words, numbers and figures out."""
