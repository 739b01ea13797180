import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {type ContainerRuntime, folders} from '../../containers/container-runtime.ts';
import {AppError} from '../../errors.ts';
import {noteTree} from './changes.ts';
import {renderEnvFile} from './env-file.ts';
import {parseCleared, parseRunState, type RunState} from './run-state.ts';

/** What is to run, as the supervisor needs to know it. */
export interface SupervisedRun {
	/** Used once: what is known already is not started again. */
	id: string;
	/** Absolute path of the folder of its files. */
	folder: string;
	command: string[];
	stdin: string;
	/** For the process alone; on a file system in memory until it is read. */
	env: Record<string, string>;
	/** What is in its folder before it starts. */
	files: {path: string; content: string}[];
	timeoutSeconds: number;
	maxOutputBytes: number;
	/** Standard error goes where standard output goes. */
	mergeErrors: boolean;
}

export type Supervisor = ReturnType<typeof createSupervisor>;

/** From TERM to KILL. */
const GRACE_SECONDS = 15;
/** So much later the supervisor is not waited for any more. */
const SLACK_SECONDS = 10;
const ERROR_TAIL_BYTES = 4096;
const EXEC = {timeoutSeconds: 60, maxOutputBytes: 4 * ERROR_TAIL_BYTES};

/** Among the files that people keep: a run can be read, and gone on with, after its container was replaced. */
const RUNS = `${folders.home}/.local/state/workspace-manager/runs`;
const script = readFileSync(new URL('agent-run.sh', import.meta.url), 'utf8');
const PROGRAM = `${RUNS}/agent-run-${createHash('sha256').update(script).digest('hex').slice(0, 12)}.sh`;

/** The folder of an execution's files; its attempts share it. */
export const folderOf = (executionId: string): string => `${RUNS}/${executionId}.files`;
/** Where the repository is noted down as it was before the attempt. */
export const treeOf = (runId: string): string => `${RUNS}/${runId}.tree`;

/**
 * Runs of agents and commands in containers: detached from whoever asks, started at most once, followed and ended by their id. Everything rejects as
 * `exec` of the container port does, with CONTAINER_NOT_FOUND when nothing runs there, and with RUN_NOT_STARTED{output}.
 */
export const createSupervisor = ({runtime}: {runtime: ContainerRuntime}) => {
	/**
	 * The program comes along with the question: a run may have removed its file, and one that an older version started has another. So it is
	 * put again for those that follow.
	 */
	const ask = async <T>(
		workspaceId: string,
		words: string[],
		parse: (line: string) => T,
		signal: AbortSignal,
	): Promise<T> => {
		const command = ['env', `AGENT_RUNS=${RUNS}`, 'sh', '-s', '--', ...words];
		const {stdout, stderr, exitCode} = await runtime.exec(
			workspaceId,
			{command, stdin: `${putAgain}\n${script}`, ...EXEC},
			signal,
		);
		return answerOf(parse, exitCode, stdout, stderr);
	};

	return {
		/** Starts it, or answers how far it is. Notes down the repository as it is before. */
		async start(workspaceId: string, run: SupervisedRun, signal: AbortSignal): Promise<RunState> {
			// From standard input: what it holds shows in no list of processes.
			const command = {command: ['sh', '-s'], stdin: startScript(run), ...EXEC};
			const {stdout, stderr, exitCode} = await runtime.exec(workspaceId, command, signal);
			return answerOf(parseRunState, exitCode, stdout, stderr);
		},

		/** Its output from an offset on, until it has ended. */
		follow: (workspaceId: string, runId: string, offset: number, signal: AbortSignal): AsyncIterable<Uint8Array> =>
			runtime.execStream(workspaceId, {command: invoke(['follow', runId, String(offset)])}, signal),

		state: (workspaceId: string, runId: string, signal: AbortSignal): Promise<RunState> =>
			ask(workspaceId, ['status', runId], parseRunState, signal),

		/** Ends it: TERM, then KILL to whatever is left of it, also when nobody watches over it any more. Answers once that is done, within half a minute. */
		stop: (workspaceId: string, runId: string, signal: AbortSignal): Promise<RunState> =>
			ask(workspaceId, ['stop', runId, 'cancelled', String(GRACE_SECONDS + SLACK_SECONDS)], parseRunState, signal),

		/** Kills whatever is left of one that nobody watches over, and answers how many processes would not die. */
		clear: (workspaceId: string, runId: string, signal: AbortSignal): Promise<number> =>
			ask(workspaceId, ['clear', runId], parseCleared, signal),

		/** The end of what it wrote to standard error. */
		async errorTail(workspaceId: string, runId: string, signal: AbortSignal): Promise<string> {
			const command = ['sh', '-c', `tail -c ${ERROR_TAIL_BYTES} "$0" 2> /dev/null; true`, `${RUNS}/${runId}/err`];
			const {stdout} = await runtime.exec(workspaceId, {command, ...EXEC}, signal);
			return stdout;
		},
	};
};

const invoke = (args: string[]): string[] => ['sh', '-c', `AGENT_RUNS=${RUNS} exec sh "$0" "$@"`, PROGRAM, ...args];

const quote = (value: string): string => `'${value.replaceAll("'", String.raw`'\''`)}'`;
const write = (content: string, file: string): string => `printf %s ${quote(content)} > ${quote(file)}`;

/** Several may do so at once. */
const put = `[ -e ${PROGRAM} ] || { mkdir -p ${RUNS} && ${write(script, `${PROGRAM}.`)}"$$" && mv ${PROGRAM}.$$ ${PROGRAM}; }`;
/** A disk that is full keeps nobody from asking. */
const putAgain = `{ ${put}; } 2> /dev/null || true`;

const startScript = ({id, folder, command, stdin, env, files, ...run}: SupervisedRun): string => {
	const environment = `/dev/shm/${id}.env`;
	return `set -eu
umask 077
mkdir -p ${quote(folder)}
${put}
if [ ! -e ${RUNS}/${id}/started ]; then
${[{path: 'stdin', content: stdin}, ...files].map(({path, content}) => write(content, `${folder}/${path}`)).join('\n')}
${noteTree(treeOf(id))}
${write(renderEnvFile(env), environment)}
fi
AGENT_RUNS=${RUNS} exec sh ${PROGRAM} start ${id} -t ${run.timeoutSeconds} -m ${run.maxOutputBytes} -g ${GRACE_SECONDS} \\
	-i ${quote(`${folder}/stdin`)} -e ${environment} -w ${folders.workspace} ${run.mergeErrors ? '-o' : ''} -- ${command.map(quote).join(' ')}
`;
};

const answerOf = <T>(parse: (line: string) => T, exitCode: number | null, stdout: string, stderr: string): T => {
	const line = stdout.trim().split('\n').at(-1) ?? '';
	if (exitCode === 0 && /^(absent|running|lost|exited|cleared)\b/.test(line)) return parse(line);
	throw new AppError('RUN_NOT_STARTED', {exitCode, output: `${stdout}${stderr}`.trim().slice(-500)});
};
