import {AppError} from '../../src/errors.ts';
import type {ExecCommand, ExecResult} from '../../src/containers/container-runtime.ts';
import {wait} from './wait.ts';
import type {FakeContainer, FakeEngine} from './fake-engine.ts';

/** What a command did. */
interface Outcome {
	exitCode?: number;
	stdout?: string;
	stderr?: string;
}

interface Inside {
	command: ExecCommand;
	args: string[];
	env: Record<string, string>;
	/** The file of that path, wherever it is kept. */
	files: Map<string, string>;
	signal: AbortSignal;
}

/** A handful of commands, as the real ones behave. A test that needs another one adds a row. */
const programs: Record<string, (inside: Inside) => Outcome | Promise<Outcome>> = {
	true: () => ({}),
	false: () => ({exitCode: 1}),
	echo: ({args}) => ({stdout: `${args.join(' ')}\n`}),
	pwd: ({command}) => ({stdout: `${command.workdir ?? '/workspace'}\n`}),
	env: ({env}) => ({
		stdout: Object.entries(env)
			.map(([name, value]) => `${name}=${value}\n`)
			.join(''),
	}),
	cat({args: [path], command, files}) {
		if (path === undefined) return {stdout: command.stdin ?? ''};
		const text = files.get(path);
		return text === undefined ? {exitCode: 1, stderr: `cat: ${path}: No such file or directory\n`} : {stdout: text};
	},
	tee({args: [path = ''], command, files}) {
		files.set(path, command.stdin ?? '');
		return {stdout: command.stdin ?? ''};
	},
	async sleep({args: [seconds], signal}) {
		await wait(Number(seconds) * 1000, signal);
		return {};
	},
	/** Understands `echo words >&2`, `exit N`, and these in a row. */
	sh({args: [, script = '']}) {
		const outcome: Required<Outcome> = {exitCode: 0, stdout: '', stderr: ''};
		for (const part of script.split(';').map(each => each.trim())) {
			const [, words, redirected] = /^echo (.*?)( >&2)?$/.exec(part) ?? [];
			if (words !== undefined) outcome[redirected ? 'stderr' : 'stdout'] += `${words}\n`;
			const [, code] = /^exit (\d+)$/.exec(part) ?? [];
			if (code !== undefined) return {...outcome, exitCode: Number(code)};
		}
		return outcome;
	},
};

const directories = ['/', '/tmp', '/workspace', '/home/developer'];

/** Runs a command in a container of the fake. */
export const fakeExec = async (
	engine: FakeEngine,
	container: FakeContainer,
	command: ExecCommand,
	signal: AbortSignal,
): Promise<ExecResult> => {
	const [name = '', ...args] = command.command;
	if (command.workdir && !directories.includes(command.workdir)) {
		throw new AppError('WORKDIR_NOT_FOUND', {workdir: command.workdir});
	}
	const program = programs[name];
	if (!program) throw new AppError('COMMAND_NOT_FOUND', {command: name});
	const over = new AbortController();
	const killed = () => over.abort('killed');
	const timer = setTimeout(() => over.abort('timeout'), command.timeoutSeconds * 1000);
	container.changes.once('end', killed);
	const env = {HOME: '/home/developer', ...container.spec?.env, ...command.env};
	const files = engine.volumes.get(container.spec?.workspaceId ?? '')?.files ?? new Map<string, string>();
	try {
		const outcome = await program({command, args, env, files, signal: AbortSignal.any([signal, over.signal])});
		const [stdout, stderr] = [cap(outcome.stdout, command), cap(outcome.stderr, command)];
		const truncated = stdout !== (outcome.stdout ?? '') || stderr !== (outcome.stderr ?? '');
		return {exitCode: outcome.exitCode ?? 0, stdout, stderr, truncated, timedOut: false};
	} catch (error) {
		if (signal.aborted || !over.signal.aborted) throw error;
		const timedOut = over.signal.reason === 'timeout';
		return {exitCode: timedOut ? null : 137, stdout: '', stderr: '', truncated: false, timedOut};
	} finally {
		clearTimeout(timer);
		container.changes.off('end', killed);
	}
};

const cap = (text = '', {maxOutputBytes}: ExecCommand): string =>
	new TextDecoder().decode(Buffer.from(text).subarray(0, maxOutputBytes), {stream: true});
