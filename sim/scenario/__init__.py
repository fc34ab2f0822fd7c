"""What the mall is: from a YAML file to a checked, frozen scenario."""
