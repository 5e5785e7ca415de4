"""What single routes read from the tables themselves, beside the questions everybody asks."""
