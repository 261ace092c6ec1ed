"""What the event page says, a file a language: English, French, German, Spanish, Arabic."""
