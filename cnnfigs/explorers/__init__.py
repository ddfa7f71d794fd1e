"""The interactive counterparts of the illustrations: web components in plain JavaScript, and what they need."""
