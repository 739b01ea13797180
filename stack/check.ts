// npm run check
// Everything that can be said about the code without running it: one line for each check, and the output of those that failed.
import {existsSync, readFileSync} from 'node:fs';
import {execute} from './machine/execute.ts';
import {missingEntries, type Lockfile} from './lockfile.ts';
import {onInterrupt} from './processes/on-interrupt.ts';
import {root} from './paths.ts';

/** A check; its words are what was not right, none when all is well. */
type Check = () => Promise<string> | string;

const checks: Record<string, Check> = {
	types: tool('tsc', '--noEmit'),
	lint: tool('oxlint', '--type-aware', '--deny-warnings'),
	format: tool('oxfmt', '--check'),
	'dead code': tool('knip', '--no-progress'),
	lockfile,
};

onInterrupt(() => process.exit(130));
let failed = 0;
for (const [name, check] of Object.entries(checks)) {
	const started = Date.now();
	const words = await check();
	const seconds = ((Date.now() - started) / 1000).toFixed(1);
	console.log(`  ${words === '' ? '✔' : '✘'} ${name} (${seconds} s)`);
	if (words === '') continue;
	failed++;
	console.log(`${words}\n`);
}
console.log(failed === 0 ? 'All checks passed.' : `${failed} of ${Object.keys(checks).length} checks failed.`);
process.exitCode = failed === 0 ? 0 : 1;

function tool(name: string, ...args: string[]): Check {
	return async () => {
		const {code, output} = await execute(`${root}node_modules/.bin/${name}`, args, {cwd: root});
		return code === 0 ? '' : output.trim() || `${name} ended with exit code ${code}.`;
	};
}

function lockfile(): string {
	const file = `${root}package-lock.json`;
	if (!existsSync(file)) return 'package-lock.json is missing.';
	const missing = Object.keys(missingEntries(JSON.parse(readFileSync(file, 'utf8')) as Lockfile)).length;
	return missing === 0 ? '' : `package-lock.json lacks ${missing} entries: run "node stack/complete-lockfile.ts".`;
}
