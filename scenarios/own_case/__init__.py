"""What somebody who writes a case of their own starts from."""
