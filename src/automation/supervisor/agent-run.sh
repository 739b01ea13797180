#!/bin/sh
# Runs one command per run id in a container, detached from whoever asked for it, and lets later processes follow and stop it.
#
#   agent-run.sh start ID [options] -- COMMAND...   starts it once: a known id only reports its state
#     -t SECONDS  time limit          -m BYTES  limit of its output          -g SECONDS  from TERM to KILL (10)
#     -i FILE     standard input      -w FOLDER working directory            -o          stderr goes where stdout goes
#     -e FILE     environment: KEY=VALUE lines, in which \\ is a backslash and \n a line break; removed once it was read
#   agent-run.sh status ID                          its state
#   agent-run.sh wait ID SECONDS                    its state, at its end or after so long
#   agent-run.sh stop ID [REASON [SECONDS]]         ends it (TERM, then KILL), and whatever a lost run left. Given SECONDS, it waits
#                                                   for the end so long, and then kills the supervisor as well
#   agent-run.sh clear ID                           kills whatever belongs to it, its supervisor too: cleared left=
#   agent-run.sh read ID OFFSET [BYTES]             its output from there, as far as it goes
#   agent-run.sh follow ID OFFSET [SECONDS]         its output from there, as it comes, until it has ended, or for so long
#   agent-run.sh forget ID                          removes what is known of a run that has ended
#
# All but `read`, `follow` and `clear` print one line: absent | running | exited code= cause= oom= left= at= | lost, and the sizes out= err=.
#   cause  exit | timeout | output | stopped:REASON        oom   processes that the kernel killed in the container meanwhile
#   left   processes that could not be killed              lost  it began, nobody watches over it, and its end is not known
# Exit codes: 64 wrong usage, 66 a file or folder is missing, 74 the folder of the runs cannot be written, 75 not now.
# Needs flock and setsid (util-linux), env, tail and grep (GNU), /proc. AGENT_RUNS: the folder of the runs. Files and folders are named absolutely.
#
# The environment of a command is the container's own, as an exec receives it, plus the file's. What belongs to a run is found by AGENT_RUN_ID in its
# environment, by a file of the run that it holds open for writing (descriptor 7 is there for that alone), by its session and by its parent; also
# when the folder of the run is gone. Not found is what gave up all four: a daemon with an empty environment, a session of its own, closed
# descriptors and a parent that has ended. It ends with the container.
# Variables begin with run_, since whatever is in the environment of the container is the command's, not ours.
set -u
umask 077

fail() {
	echo "agent-run: $2" >&2
	exit "$1"
}

size() { if [ -e "$1" ]; then wc -c < "$1"; else echo 0; fi; }

# The supervisor holds the lock for as long as it lives, and the kernel drops it: no stale or reused process id can look alive.
alive() { [ -e "$run_dir/lock" ] && ! flock -n -s "$run_dir/lock" true; }

report() {
	# In this order: the lock is taken before `started` is there, and dropped after `exit` is.
	[ -e "$run_dir/started" ] || { echo absent; return; }
	if alive; then run_state=running; else run_state=lost; fi
	[ ! -e "$run_dir/exit" ] || { read -r run_state < "$run_dir/exit"; run_state="exited $run_state"; }
	echo "$run_state out=$(size "$run_dir/out") err=$(size "$run_dir/err")"
}

# What is read of a process, as ID:PARENT:SESSION:STATE; fails for one that has ended. Its program's name may hold anything, a line break too.
read_row() { # PID
	run_stat=
	while IFS= read -r run_line || [ -n "$run_line" ]; do run_stat=$run_line; done 2> /dev/null < "/proc/$1/stat" || return 1
	set -f
	set -- "$1" ${run_stat##*) }
	set +f
	[ $# -ge 5 ] || return 1
	run_session=$5
	run_row=$1:$3:$5:$2
}

# Processes that carry the mark, or hold a file of the run open for writing: those that follow it only read.
find_marked() {
	grep -lszxF "AGENT_RUN_ID=$run_id" /proc/[0-9]*/environ
	LC_ALL=C ls -lq /proc/[0-9]*/fd 2> /dev/null | while read -r run_mode run_rest; do
		case $run_mode in
			/proc/*) run_holder=${run_mode%:} ;;
			l?w*) case $run_rest in *" -> $run_dir/"*) echo "$run_holder" ;; esac ;;
		esac
	done
}

has() { case $1 in *" $2 "*) ;; *) return 1 ;; esac; } # LIST WORD

# Everything that belongs to the run: what is marked, the sessions that it is in, and children, however far down. Never process 1, nor the session
# that asks.
find_own() {
	run_own=' ' run_sessions=' ' run_moving='' run_marked=' ' run_table=''
	for run_found in $(find_marked); do
		run_found=${run_found#/proc/}
		run_marked="$run_marked${run_found%/*} "
	done
	[ "$run_marked" != ' ' ] || return 0
	read_row "$$"
	run_asking=$run_session
	for run_found in /proc/[0-9]*; do
		read_row "${run_found#/proc/}" || continue
		case $run_row in 1:* | *:[ZX]) continue ;; esac
		[ "$run_session" = "$run_asking" ] || run_table="$run_table $run_row"
	done
	run_grew=yes
	while [ -n "$run_grew" ]; do
		run_grew=
		for run_row in $run_table; do
			IFS=:
			set -- $run_row
			unset IFS
			has "$run_own" "$1" && continue
			has "$run_marked" "$1" || has "$run_own" "$2" || has "$run_sessions" "$3" || continue
			run_own="$run_own$1 " run_grew=yes
			[ "$4" = T ] || run_moving=yes
			[ "$3" -le 1 ] || run_sessions="$run_sessions$3 "
		done
	done
}

# All are stopped before the first is killed, so that none forks or loses its parent meanwhile. Until two looks in a row find nothing, because what
# is being killed may fork, and shows no environment while it becomes another program.
clear_away() {
	run_looks=0 run_empty=0 run_left=0 run_signal=STOP
	while [ "$run_empty" -lt 2 ] && [ "$run_looks" -lt 120 ]; do
		[ "$run_looks" -lt 20 ] || sleep 0.1
		run_looks=$((run_looks + 1)) run_left=0
		find_own
		[ -n "$run_moving" ] && [ "$run_looks" -lt 20 ] || run_signal=KILL
		for run_found in $run_own; do
			run_left=$((run_left + 1))
			kill "-$run_signal" "$run_found" 2> /dev/null
		done
		if [ "$run_left" -eq 0 ]; then run_empty=$((run_empty + 1)); else run_empty=0; fi
	done
}

# How many processes of this container the kernel has killed for want of memory (cgroup 2, then 1).
oom_kills() {
	for run_events in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do
		[ -r "$run_events" ] || continue
		while read -r run_name run_count; do [ "$run_name" != oom_kill ] || { echo "$run_count"; return; }; done < "$run_events"
	done
	echo 0
}

read_clock() {
	read -r run_now _ < /proc/uptime
	run_now=${run_now%.*}
}

# Files that must be writable when the disk is full get their space beforehand, and are overwritten in place.
reserve() { printf '%127s\n' '' > "$run_dir/$1" && [ -s "$run_dir/$1" ]; }
overwrite() { printf '%-127s\n' "$2" 1<> "$run_dir/$1"; }

watch_over() { # AGENT
	read_clock
	run_began=$run_now
	run_asked=
	while kill -0 "$1"; do
		sleep 0.5
		read_clock
		if [ -n "$run_asked" ]; then
			[ "$((run_now - run_asked))" -lt "$run_grace" ] || { kill -KILL "-$1"; kill -KILL "$1"; }
			continue
		fi
		run_cause=
		[ "$run_timeout" -eq 0 ] || [ "$((run_now - run_began))" -lt "$run_timeout" ] || run_cause=timeout
		[ "$run_max" -eq 0 ] || [ "$(($(size "$run_dir/out") + $(size "$run_dir/err")))" -le "$run_max" ] || run_cause=output
		read -r run_reason < "$run_dir/stop" && [ -n "$run_reason" ] && run_cause=stopped:$run_reason
		# What it comes to could not be told to anybody. All at once, and to the end: a child that only its parent shows is not found without it.
		[ -e "$run_dir/started" ] || { trap '' TERM; clear_away; continue; }
		[ -n "$run_cause" ] || continue
		overwrite cause "$run_cause"
		run_asked=$run_now
		kill -TERM "-$1" || kill -TERM "$1"
	done
}

become() { # COMMAND...: descriptor 8 is the file of its environment, and 7 a mark that it passes on
	umask 022
	# When memory runs out, the kernel shall take this one: not its supervisor, and not what people run in the container.
	echo 500 > /proc/self/oom_score_adj
	# The mark of the exec that asked for this: it ends with that exec.
	unset WSM_EXEC AGENT_RUNS
	export TERM=dumb USER="${USER:-$(id -un)}" LANG="${LANG:-C.UTF-8}"
	while [ -n "$run_environment" ] && IFS= read -r run_line; do
		run_value=$(printf '%b.' "${run_line#*=}")
		export "${run_line%%=*}=${run_value%.}"
	done <&8
	export AGENT_RUN_ID="$run_id"
	# A shell starts what is in its background deaf to INT and QUIT.
	exec setsid env --default-signal=INT,QUIT -- "$@" 8<&-
}

supervise() { # the settings, COMMAND...: descriptor 9 is the lock
	run_timeout=$1 run_max=$2 run_grace=$3 run_input=$4 run_environment=$5 run_merged=$6
	shift 6
	if [ -n "$run_environment" ]; then
		exec 8< "$run_environment"
		# It stays readable here, and nowhere else.
		rm -f "$run_environment"
	else
		exec 8< /dev/null
	fi
	run_oom_before=$(oom_kills)
	{ reserve result && reserve cause && reserve stop && true >> "$run_dir/out" && true >> "$run_dir/err"; } || exit 74
	echo "pid=$$ at=$(date +%s)" > "$run_dir/started.new" && [ -s "$run_dir/started.new" ] || exit 74
	mv "$run_dir/started.new" "$run_dir/started" || exit 74
	echo started
	exec >&2
	if [ -n "$run_merged" ]; then run_errors=$run_dir/out; else run_errors=$run_dir/err; fi
	(become "$@") < "$run_input" >> "$run_dir/out" 2>> "$run_errors" 7>> "$run_dir/out" 9>&- &
	run_agent=$!
	(watch_over "$run_agent") < /dev/null > /dev/null 2>&1 8<&- 9>&- &
	run_watcher=$!
	exec 8<&-
	wait "$run_agent"
	run_code=$?
	kill "$run_watcher" 2> /dev/null
	wait "$run_watcher" 2> /dev/null
	clear_away
	read -r run_cause < "$run_dir/cause"
	overwrite result "code=$run_code cause=${run_cause:-exit} oom=$(($(oom_kills) - run_oom_before)) left=$run_left at=$(date +%s)"
	mv "$run_dir/result" "$run_dir/exit"
	rm -f "$run_dir/stop" "$run_dir/cause"
}

missing() {
	rm -f "$run_environment"
	fail 66 "no $1"
}

start() {
	run_timeout=0 run_max=0 run_grace=10 run_input=/dev/null run_environment='' run_workdir=$PWD run_merged='' run_said=''
	while getopts t:m:g:i:e:w:o run_option; do
		case $run_option in
			t) run_timeout=$OPTARG ;;
			m) run_max=$OPTARG ;;
			g) run_grace=$OPTARG ;;
			i) run_input=$OPTARG ;;
			e) run_environment=$OPTARG ;;
			w) run_workdir=$OPTARG ;;
			o) run_merged=yes ;;
			*) fail 64 'unknown option' ;;
		esac
	done
	shift $((OPTIND - 1))
	case $run_timeout$run_max$run_grace in *[!0-9]*) fail 64 'not a number' ;; esac
	[ $# -ge 1 ] || fail 64 'no command'

	mkdir -p "$run_dir" && true >> "$run_dir/lock" || fail 74 'the folder of the runs cannot be written'
	exec 9>> "$run_dir/lock"
	run_tries=600
	# Another start may be at work, or a question hold the lock for a moment.
	until [ -e "$run_dir/started" ] || flock -n 9; do
		run_tries=$((run_tries - 1))
		[ "$run_tries" -gt 0 ] || fail 75 'another start does not end'
		sleep 0.05
	done
	if [ ! -e "$run_dir/started" ]; then
		[ -r "$run_input" ] || missing "file $run_input"
		[ -r "${run_environment:-/dev/null}" ] || missing "file $run_environment"
		cd "$run_workdir" 2> /dev/null || missing "folder $run_workdir"
		# The lock passes to the supervisor with its descriptor: there is no moment at which a second start could win.
		# It says so itself when it has begun: the first thing that the command does may be to delete the folder.
		run_said=$(env -u WSM_EXEC setsid -f sh "$run_self" supervise "$run_id" "$run_timeout" "$run_max" "$run_grace" "$run_input" \
			"$run_environment" "$run_merged" "$@" < /dev/null 2> "$run_dir/supervisor.log")
	fi
	exec 9>&-
	# By now the supervisor has read it, this one or an earlier.
	[ -z "$run_environment" ] || rm -f "$run_environment"
	[ -e "$run_dir/started" ] || [ -n "$run_said" ] || fail 74 "cannot start: $(head -c 300 "$run_dir/supervisor.log")"
	report
}

stop() {
	while alive && [ ! -e "$run_dir/started" ]; do sleep 0.05; done
	if [ ! -e "$run_dir/exit" ] && alive; then
		overwrite stop "$(printf '%.60s' "${1:-request}" | tr -c 'A-Za-z0-9_.-' _)"
		[ "${2:-0}" -eq 0 ] || flock -s -w "$2" "$run_dir/lock" true || clear_away
	else
		clear_away
	fi
	report
}

follow() {
	[ -e "$run_dir/started" ] || fail 66 'no such run'
	run_offset=$1
	# From beyond the end tail would begin anew.
	[ "$run_offset" -le "$(size "$run_dir/out")" ] || run_offset=$(size "$run_dir/out")
	# Ends when the supervisor does, which is after everything was written. One whose reader is gone does not hear of it: it ends in time.
	flock -s -w "$2" "$run_dir/lock" true &
	tail -f -s 0.05 --pid=$! -c "+$((run_offset + 1))" "$run_dir/out"
	kill $! 2> /dev/null || true
}

main() {
	[ $# -ge 2 ] || fail 64 'which verb, and which run?'
	run_self=$0 run_verb=$1 run_id=$2
	shift 2
	case $run_id in '' | .* | *[!A-Za-z0-9._-]*) fail 64 'not an id of a run' ;; esac
	run_dir=${AGENT_RUNS:-$HOME/.agent-runs}/$run_id
	case $run_verb in
		start) start "$@" ;;
		supervise) supervise "$@" ;;
		status) report ;;
		wait) [ ! -e "$run_dir/lock" ] || flock -s -w "${1:-30}" "$run_dir/lock" true; report ;;
		stop) stop "$@" ;;
		clear) clear_away; echo "cleared left=$run_left" ;;
		read) [ ! -e "$run_dir/out" ] || tail -c "+$((${1:-0} + 1))" "$run_dir/out" | head -c "${2:-1048576}" ;;
		follow) follow "${1:-0}" "${2:-86400}" ;;
		forget) if alive; then report; exit 75; else rm -rf "$run_dir"; echo absent; fi ;;
		*) fail 64 "no verb $run_verb" ;;
	esac
}

# On one line: a shell that was told all at once does not mind when this file is written anew under it.
main "$@"; exit
