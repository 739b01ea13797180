import {AppError} from '../../src/errors.ts';
import type {ExecCommand, Program} from '../../src/containers/container-runtime.ts';
import type {FakeContainer, FakeEngine} from './fake-engine.ts';
import {fakeShell, type Piece} from './fake-shell.ts';
import {wait} from './wait.ts';

/** What a command did. */
interface Outcome {
	exitCode?: number;
	stdout?: string;
	stderr?: string;
}

type Command = Program & Pick<ExecCommand, 'stdin'>;

interface Inside {
	command: Command;
	args: string[];
	env: Record<string, string>;
	/** The file of that path, wherever it is kept. */
	files: Map<string, string>;
	signal: AbortSignal;
}

/** A handful of commands, as the real ones behave. A test that needs another one adds a row. */
const programs: Record<string, (inside: Inside) => Outcome | Promise<Outcome> | AsyncGenerator<Piece, number>> = {
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
	/** Only `-c BYTES /dev/zero`. */
	async *head({args: [, bytes]}) {
		const largest = 32_768;
		for (let left = Number(bytes); left > 0; left -= largest) {
			yield {stream: 'stdout', bytes: Buffer.alloc(Math.min(left, largest))};
		}
		return 0;
	},
	sh: ({args: [, script = ''], files, signal}) => fakeShell(script, files, signal),
};

const directories = ['/', '/tmp', '/workspace', '/home/developer'];

/** Runs a command in a container of the fake, no faster than what it says is taken. Returns its exit code; ends early at the signal. */
export async function* runProgram(
	engine: FakeEngine,
	container: FakeContainer,
	command: Command,
	signal: AbortSignal,
): AsyncGenerator<Piece, number> {
	const [name = '', ...args] = command.command;
	if (command.workdir && !directories.includes(command.workdir)) {
		throw new AppError('WORKDIR_NOT_FOUND', {workdir: command.workdir});
	}
	const program = programs[name];
	if (!program) throw new AppError('COMMAND_NOT_FOUND', {command: name});
	const env = {HOME: '/home/developer', ...container.spec?.env, ...command.env};
	const files = engine.volumes.get(container.spec?.workspaceId ?? '')?.files ?? new Map<string, string>();
	const outcome = await program({command, args, env, files, signal});
	if (Symbol.asyncIterator in outcome) return yield* outcome;
	if (outcome.stdout) yield {stream: 'stdout', bytes: Buffer.from(outcome.stdout)};
	if (outcome.stderr) yield {stream: 'stderr', bytes: Buffer.from(outcome.stderr)};
	return outcome.exitCode ?? 0;
}
