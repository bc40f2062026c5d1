"""The administration: for everybody else there is nothing at these addresses."""
