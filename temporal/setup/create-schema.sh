#!/bin/sh
# Brings Temporal's two databases to what this version of the server wants; does nothing when they are there already.
set -eu
for database in temporal temporal_visibility; do
	sql() { temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_HOST" -p 5432 -u temporal --db "$database" "$@"; }
	sql create
	sql setup-schema -v 0.0
	sql update-schema -d "/etc/temporal/schema/postgresql/v12/${database#temporal_}/versioned"
done
