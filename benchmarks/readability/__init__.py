"""How well readability grades order texts that people wrote at different levels."""
