#!/bin/sh
# Puts the rule of ../isolation.ts in place and puts it back when another program takes it out. `isolate check` only looks.
set -eu
rule="PREROUTING -s $NETWORK_POOL -d $NETWORK_POOL -j DROP"

# The rule stays when this stops: workspaces go on without the manager.
[ "${1:-}" != check ] || exec iptables -w -t raw -C $rule

while :; do
	if ! iptables -w -t raw -C $rule 2>/dev/null; then
		iptables -w -t raw -I $rule
		echo "Workspaces ($NETWORK_POOL) are kept apart by a rule of this machine."
	fi
	sleep 10
done
