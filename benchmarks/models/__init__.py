"""What asking models costs beyond the models themselves: wall clock, processor, memory, repeated requests."""
