"""The Model Context Protocol: costs as tools for AI clients, at `POST /mcp`, for everybody who may ask the API."""
