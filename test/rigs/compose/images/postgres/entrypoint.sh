#!/bin/bash
# Does what compositions rely on of the official image's entry point: see README.md.
set -eo pipefail

value_of() {
	local file="${1}_FILE"
	[ -z "${!1:-}" ] || [ -z "${!file:-}" ] || { echo "error: $1 and $file are both set" >&2; exit 1; }
	[ -z "${!file:-}" ] || export "$1=$(<"${!file}")"
}

[ "${1:0:1}" != - ] || set -- postgres "$@"
[ "$1" = postgres ] || exec "$@"
value_of POSTGRES_PASSWORD; value_of POSTGRES_USER; value_of POSTGRES_DB
export POSTGRES_USER=${POSTGRES_USER:-postgres}
export POSTGRES_DB=${POSTGRES_DB:-$POSTGRES_USER}
mkdir -p "$PGDATA"; chmod 700 "$PGDATA"
if [ "$(id -u)" = 0 ]; then
	find "$PGDATA" /var/run/postgresql ! -user postgres -exec chown postgres {} +
	exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
if [ -s "$PGDATA/PG_VERSION" ]; then
	echo 'PostgreSQL Database directory appears to contain a database; Skipping initialization'
	exec "$@"
fi
[ -n "${POSTGRES_PASSWORD:-}" ] || [ "${POSTGRES_HOST_AUTH_METHOD:-}" = trust ] ||
	{ echo 'Error: Database is uninitialized and superuser password is not specified.' >&2; exit 1; }
eval 'initdb --username="$POSTGRES_USER" --pwfile=<(printf "%s\n" "$POSTGRES_PASSWORD") '"${POSTGRES_INITDB_ARGS:-}"
method=${POSTGRES_HOST_AUTH_METHOD:-$(postgres -C password_encryption "${@:2}")}
printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
export PGPASSWORD=$POSTGRES_PASSWORD
# While it is set up it listens on its socket only.
PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -o "$(printf '%q ' "${@:2}" -c listen_addresses= -p 5432)" -w start
run_sql() { psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" "$@"; }
[ "$POSTGRES_DB" = postgres ] || run_sql --dbname postgres --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db"'
for file in /docker-entrypoint-initdb.d/*; do
	case "$file" in
		*.sh) echo "$0: $file"; if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
		*.sql) echo "$0: $file"; run_sql --dbname "$POSTGRES_DB" -f "$file" ;;
		*.sql.gz) echo "$0: $file"; gunzip -c "$file" | run_sql --dbname "$POSTGRES_DB" ;;
		*) [ ! -e "$file" ] || echo "$0: ignoring $file" ;;
	esac
done
pg_ctl -D "$PGDATA" -m fast -w stop
unset PGPASSWORD
echo 'PostgreSQL init process complete; ready for start up.'
exec "$@"
