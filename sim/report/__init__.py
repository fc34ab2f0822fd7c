"""What people read: the answer, the page, the pictures, the tables."""
