#!/bin/sh
# Makes Temporal's two databases and brings their schemas to the version of this image; safe to run again.
set -eu

host=${SQL_HOST:?name of the PostgreSQL server}
user=${SQL_USER:?role that owns the Temporal databases}
port=${SQL_PORT:-5432}
versions=${SCHEMA_DIRECTORY:-/etc/temporal/schema/postgresql/v12}
SQL_PASSWORD=$(cat "${SQL_PASSWORD_FILE:?file that holds the password of $user}")
export SQL_PASSWORD # read by temporal-sql-tool, so that no command line shows it

sql_tool() {
    temporal-sql-tool --plugin postgres12 --ep "$host" -p "$port" -u "$user" "$@"
}

bring_up_to_date() {
    sql_tool --db "$1" create
    sql_tool --db "$1" setup-schema -v 0.0
    sql_tool --db "$1" update-schema -d "$versions/$2/versioned"
}

bring_up_to_date temporal temporal
bring_up_to_date temporal_visibility visibility
