#!/bin/sh
# Starts the Temporal server, which knows its database password only as an environment variable.
set -eu

POSTGRES_PWD=$(cat "${POSTGRES_PWD_FILE:?file that holds the password of $POSTGRES_USER}")
export POSTGRES_PWD
exec "${TEMPORAL_ENTRYPOINT:-/etc/temporal/entrypoint.sh}"
