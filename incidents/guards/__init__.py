"""Who may do what in the registers of this floor, and what each step waits for."""
