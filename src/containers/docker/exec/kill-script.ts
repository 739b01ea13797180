/**
 * Kills whatever carries the mark ($1) in its environment, and every process of the sessions that these lead: the engine makes each
 * command the leader of a session, so a child that cleared its environment is found too. All are stopped before the first is killed:
 * otherwise a shell whose child is killed first would go on to its next command. Repeats until a look finds nothing, since what is
 * not stopped yet may still fork; something that does not stop is killed all the same. Only the shell's own words: an image may have
 * nothing else.
 */
export const killScript = `
exec 2>/dev/null
mark=$1 sessions=' ' round=0 signal=STOP
carries() {
	while IFS= read -r line || [ -n "$line" ]; do
		case $line in *"$mark"*) return 0 ;; esac
	done < "$1"
	return 1
}
state_and_session() {
	read -r stat < "$1" || return 1
	set -- \${stat##*) }
	state=$1 session=$4
}
while [ $round -lt 2000 ]; do
	round=$((round + 1)) left=0
	for dir in /proc/[0-9]*; do
		pid=\${dir#/proc/}
		[ "$pid" = $$ ] && continue
		state_and_session "$dir/stat" || continue
		[ "$state" = Z ] && continue
		case $sessions in
			*" $session "*) ;;
			*)
				carries "$dir/environ" || continue
				[ "$session" -gt 1 ] && sessions="$sessions$session "
				;;
		esac
		[ $signal$state = STOPT ] && continue
		left=1
		kill -$signal "$pid"
	done
	[ $left = 1 ] && [ $signal$round != STOP20 ] && continue
	[ $signal = KILL ] && exit 0
	signal=KILL
done
exit 1
`;
