"""What the site has beyond its theme: its look and head, directives and formulas, the gallery, dates and addresses."""
