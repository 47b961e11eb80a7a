"""Generated from protos/ by scripts/generate_protos.sh; not to be edited."""
