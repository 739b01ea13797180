#!/bin/sh
# Makes the namespace and what workflows are found by; does nothing when they are there already.
set -eu
temporal operator cluster health
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
	temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 7d

known() { temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE"; }
# The server's list of namespaces is up to ten seconds old.
tries=0
until known >/dev/null 2>&1; do
	tries=$((tries + 1))
	[ "$tries" -lt 30 ] || { known; exit 1; }
	sleep 1
done
for name in WorkspaceId OwnerId OperationKind; do
	known | grep -qw "$name" ||
		temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$name" --type Keyword
done
