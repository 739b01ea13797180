#!/bin/sh
set -eu
address() { getent hosts "$(hostname)" | awk '{print $1; exit}'; }
export BIND_ON_IP="${BIND_ON_IP:-$(address)}"
case "$BIND_ON_IP" in
0.0.0.0 | ::0) export TEMPORAL_BROADCAST_ADDRESS="${TEMPORAL_BROADCAST_ADDRESS:-$(address)}" ;;
esac
exec temporal-server start
