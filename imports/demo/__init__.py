"""Corvanne, the invented company that ``manage.py load_demo`` fills an empty installation with."""
