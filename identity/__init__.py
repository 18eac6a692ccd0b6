"""The parts that the four scripts are made of; nothing here is an entry point."""
