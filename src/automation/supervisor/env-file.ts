/**
 * The environment of a run, as `agent-run.sh start -e` reads it. Values may hold line breaks. Throws a RangeError for what no process
 * could receive: a name that is none, or a NUL.
 */
export const renderEnvFile = (env: Readonly<Record<string, string>>): string =>
	Object.entries(env)
		.map(([name, value]) => {
			if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new RangeError(`not a name of a variable: ${name}`);
			if (value.includes('\0')) throw new RangeError(`NUL in the variable ${name}`);
			return `${name}=${value.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`)}\n`;
		})
		.join('');
