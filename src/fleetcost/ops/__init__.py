"""Operations: settings, secrets, logging and own metrics. Imports nothing of ours but the errors."""
