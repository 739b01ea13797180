import {wait} from './wait.ts';

export interface Piece {
	stream: 'stdout' | 'stderr';
	bytes: Buffer;
}

type Words = (text: string, signal: AbortSignal) => Promise<Buffer | null> | Buffer | null;

/** What stands in a script, and what it says. Null: nothing. */
const commands: Record<string, Words> = {
	echo: text => Buffer.from(`${text}\n`),
	/** Takes octal escapes, so that a character can be said in two. */
	printf: text =>
		Buffer.from(
			text.replaceAll(/"|\\(\d{3})/g, (_match, octal?: string) =>
				octal ? String.fromCharCode(parseInt(octal, 8)) : '',
			),
			'latin1',
		),
	date: () => Buffer.from(`${Date.now()}000000\n`),
	async sleep(seconds, signal) {
		await wait(Number(seconds) * 1000, signal);
		return null;
	},
};

/** The shell of the fake: commands in a row, each with `>&2` or `>> file` behind it if need be. Returns the exit code. */
export async function* fakeShell(
	script: string,
	files: Map<string, string>,
	signal: AbortSignal,
): AsyncGenerator<Piece, number> {
	for (const part of script.split(';')) {
		const [, name = '', text = '', aside, file] = /^\s*(\w+) ?(.*?)( >&2| >> (\S+))?\s*$/.exec(part) ?? [];
		if (name === 'exit') return Number(text);
		const bytes = await commands[name]?.(text, signal);
		if (!bytes) continue;
		if (file) files.set(file, (files.get(file) ?? '') + bytes.toString());
		else yield {stream: aside ? 'stderr' : 'stdout', bytes};
	}
	return 0;
}
