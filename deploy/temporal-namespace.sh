#!/bin/sh
# Makes the namespace with its retention as declared; safe to run again.
set -eu

address=${TEMPORAL_ADDRESS:?host:port of the Temporal frontend}
namespace=${TEMPORAL_NAMESPACE:?name of the namespace}
retention=${TEMPORAL_RETENTION:?how long closed workflows are kept, such as 90d}
attempts=${RETRY_ATTEMPTS:-30}
pause=${RETRY_SECONDS:-2}

operator() {
    temporal operator "$@" --address "$address"
}

declare_namespace() {
    operator namespace update --namespace "$namespace" --retention "$retention" 2>/dev/null ||
        operator namespace create --namespace "$namespace" --retention "$retention"
}

retry() {
    tries=1
    until "$@"; do
        if [ "$tries" -ge "$attempts" ]; then
            echo "gave up on $* after $tries tries; is the Temporal server at $address healthy?" >&2
            return 1
        fi
        echo "$* failed, try $tries of $attempts; again in ${pause}s" >&2
        tries=$((tries + 1))
        sleep "$pause"
    done
}

retry operator cluster health
retry declare_namespace
echo "namespace $namespace is ready, retention $retention"
