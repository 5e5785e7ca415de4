"""The built web app, served as files; its TypeScript source is `web/`."""
