"""How a run happens. Nothing here is public but what the documentation names."""
