"""Pages for people: templates, and the data they show."""
