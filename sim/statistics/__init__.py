"""What a log says in numbers, and how sure that is."""
