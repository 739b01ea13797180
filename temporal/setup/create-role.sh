#!/bin/sh
# Runs once, when the database server starts with an empty volume: Temporal gets a role of its own, and never sees the service's data.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$TEMPORAL_POSTGRES_PASSWORD" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE temporal LOGIN CREATEDB PASSWORD :'password';
REVOKE CONNECT ON DATABASE workspace_manager FROM PUBLIC;
SQL
