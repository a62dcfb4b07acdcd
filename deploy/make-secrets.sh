#!/bin/sh
# Makes the secret files that docker-compose.yml asks for. Files that exist are kept, so it is safe to run again.
set -eu

directory=${1:?usage: make-secrets.sh DIRECTORY (outside the repository)}
umask 077
mkdir -p "$directory"
# Only the owner may enter the directory; the files are readable so that the containers' users can read them.
chmod 700 "$directory"

random() {
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

keep() {
    if [ -e "$directory/$1" ]; then
        echo "kept $1"
        return
    fi
    printf '%s\n' "$2" >"$directory/$1"
    chmod 644 "$directory/$1"
    echo "made $1"
}

keep postgres_password "$(random)"
keep temporal_password "$(random)"
keep tideover_password "$(random)"
keep database_url "postgresql://tideover:$(cat "$directory/tideover_password")@postgresql:5432/tideover"
keep api_keys "$(random)"
keep webhook_secrets "billing:$(random)"
keep payload_keys "k1:$(random)"
keep reference_secret "$(random)"
