"""The pages as an ePub and as a PDF, and the links to both on the first page."""
