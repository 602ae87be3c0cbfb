"""One module for each thing a person does. Workflows fetch in one room and hand to the next."""
