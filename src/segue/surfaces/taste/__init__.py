"""What is believed of a listener: `whole.taste_of` puts it together, `views` is how it is seen."""
