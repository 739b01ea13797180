import type {ContainerRuntime, StepContext} from '../src/containers/container-runtime.ts';
import {AppError} from '../src/errors.ts';
import type {Failure} from '../src/workspaces/operation.schema.ts';
import {CHECKOUT, SETUP} from '../src/workspaces/operation-plan.ts';
import type {OperationJournal} from '../src/workspaces/operation-journal.service.ts';
import type {StepWork} from '../src/workspaces/step-work.ts';

interface Dependencies {
	runtime: ContainerRuntime;
	journal: OperationJournal;
}

interface Script {
	/** What `runner` runs, and its arguments. */
	script: [string, ...string[]];
	timeoutSeconds: number;
}

const TAIL_BYTES = 4096;
/** How long each may take. */
export const CHECKOUT_SECONDS = 15 * 60;
export const SETUP_SECONDS = 30 * 60;

/**
 * Runs the script `$2` with the arguments after it, in /workspace, and ends with the tail of its output and its exit code. It runs once for each
 * operation and step (`$1`): when the worker that began it died, a second call waits for the first, or reads what it ended with.
 */
const runner = `
step=$0; key=$1; script=$2; shift 2
state=/tmp/.workspace-manager/$step-$key
alive() { [ -n "$1" ] && grep -q "$key" "/proc/$1/cmdline" 2>/dev/null; }
mkdir -p /tmp/.workspace-manager || exit 1
if ! mkdir "$state" 2>/dev/null; then
	while [ ! -e "$state/exit" ] && alive "$(cat "$state/pid" 2>/dev/null)"; do sleep 0.3; done
fi
if [ ! -e "$state/exit" ]; then
	echo $$ > "$state/pid"
	for old in /tmp/.workspace-manager/$step-*; do [ "$old" = "$state" ] || rm -rf "$old"; done
	printf '%s' "$script" > "$state/script"; chmod 700 "$state/script"
	cd /workspace || exit 1
	case $script in
		'#!'*) "$state/script" "$@" ;;
		*) sh -e "$state/script" "$@" ;;
	esac > "$state/output" 2>&1 < /dev/null
	echo $? > "$state/exit.new"; mv "$state/exit.new" "$state/exit"
fi
tail -c ${TAIL_BYTES} "$state/output"
exit "$(cat "$state/exit")"
`;

/** Ends whatever `runner` began for this key, with everything that it started. */
const killer = `
pid=$(cat "/tmp/.workspace-manager/$0-$1/pid" 2>/dev/null)
[ -n "$pid" ] && grep -q "$1" "/proc/$pid/cmdline" 2>/dev/null || exit 0
kill -KILL -- "-$(cut -d' ' -f5 "/proc/$pid/stat")"
`;

/** $1 URL, $2 branch or nothing. May be repeated: what was fetched stays, and a working tree that people have is left alone. */
const checkoutScript = `
export GIT_TERMINAL_PROMPT=0 GIT_ALLOW_PROTOCOL=http:https:ssh:git
export GIT_SSH_COMMAND='ssh -oBatchMode=yes -oStrictHostKeyChecking=accept-new'
[ -e .git ] || git init -q
git remote get-url origin > /dev/null 2>&1 || git remote add origin "$1"
git remote set-url origin "$1"
git fetch --tags origin
if git rev-parse -q --verify HEAD > /dev/null; then echo 'Something is checked out already; it was left alone.'; exit 0; fi
branch=$2
if [ -z "$branch" ]; then
	[ -n "$(git for-each-ref --count=1 refs/remotes/origin)" ] || { echo 'The repository is empty.'; exit 0; }
	git remote set-head origin --auto
	branch=$(git symbolic-ref --short refs/remotes/origin/HEAD); branch=\${branch#origin/}
fi
git checkout "$branch" --
`;

const scripts: Record<string, (work: StepWork) => Script> = {
	[CHECKOUT]: ({gitUrl, branch}) => ({
		script: [checkoutScript, gitUrl ?? '', branch ?? ''],
		timeoutSeconds: CHECKOUT_SECONDS,
	}),
	[SETUP]: ({setupScript}) => ({script: [setupScript ?? ''], timeoutSeconds: SETUP_SECONDS}),
};

/**
 * Runs checkout or set-up inside the workspace. When it fails the workspace goes on running: the answer is the failure, and the tail of the
 * output is kept in the workspace's `bootstrap`. After a failed checkout there is no set-up.
 */
export const runBootstrap = async (
	{runtime, journal}: Dependencies,
	work: StepWork,
	context: StepContext,
): Promise<Failure | null> => {
	const {ref, step} = work;
	if (work.failedBefore) return work.failedBefore;
	const {script, timeoutSeconds} = scripts[step]!(work);
	const command = ['sh', '-c', runner, step, ref.operationId, ...script];
	await journal.bootstrap(work, {status: 'running', step, exitCode: null, output: null, finishedAt: null});
	const result = await runtime.exec(
		ref.workspaceId,
		{command, timeoutSeconds, maxOutputBytes: 2 * TAIL_BYTES},
		context.signal,
	);
	if (result.timedOut) await killBootstrap(runtime, work, context);
	const output = (result.stdout + result.stderr).trim().replaceAll('\0', '');
	const succeeded = result.exitCode === 0;
	const isLast = succeeded && work.isLastOfBootstrap;
	await journal.bootstrap(work, {
		status: succeeded ? (isLast ? 'succeeded' : 'running') : 'failed',
		step: isLast ? null : step,
		exitCode: result.exitCode,
		output,
		finishedAt: new Date().toISOString(),
	});
	if (succeeded) return null;
	return {code: 'BOOTSTRAP_FAILED', params: {step, exitCode: result.exitCode, timedOut: result.timedOut}};
};

/** Ends the step's process inside, if there is one; a workspace that does not run has none. */
export const killBootstrap = async (
	runtime: ContainerRuntime,
	{ref, step}: StepWork,
	context: StepContext,
): Promise<void> => {
	const command = ['sh', '-c', killer, step, ref.operationId];
	try {
		await runtime.exec(ref.workspaceId, {command, timeoutSeconds: 30, maxOutputBytes: 1024}, context.signal);
	} catch (error) {
		if (!(error instanceof AppError && error.code === 'CONTAINER_NOT_FOUND')) throw error;
	}
};
