"""What people see of what they are told, and how they say so."""
