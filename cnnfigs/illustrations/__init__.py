"""The illustrations: one module per concept; an illustration = parameters + run + draw + describe."""
