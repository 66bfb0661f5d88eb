"""What a person types: one thin module for each family of commands."""
