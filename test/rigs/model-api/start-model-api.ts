import {readFileSync, readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

/** Runs a command where the agent will run, and says what came of it. */
export type Run = (
	command: string[],
	stdin?: string,
) => Promise<{exitCode: number | null; stdout: string; stderr: string}>;

export interface RiggedRequest {
	path: string;
	headers: Record<string, string>;
	body?: Record<string, unknown>;
	model?: string;
	scenario?: string;
	turn?: number;
}

export interface ModelApi {
	/** As seen from where it was started. */
	url: string;
	/** What was asked so far, of one scenario or of all, oldest first. */
	requests(scenario?: string): Promise<RiggedRequest[]>;
}

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Writes the files that come on standard input, starts the server out of reach of whoever starts it, and waits for its first line. */
const starter = `
const {spawn} = require('node:child_process'), fs = require('node:fs'), path = require('node:path');
const folder = fs.mkdtempSync('/tmp/model-api-');
for (const [name, content] of Object.entries(JSON.parse(fs.readFileSync(0, 'utf8')))) {
	fs.mkdirSync(path.dirname(path.join(folder, name)), {recursive: true});
	fs.writeFileSync(path.join(folder, name), content);
}
const said = fs.openSync(path.join(folder, 'said'), 'a+');
const {WSM_EXEC, ...env} = process.env;
spawn(process.execPath, [path.join(folder, 'server.ts')], {detached: true, stdio: ['ignore', said, said], env}).unref();
const look = setInterval(() => {
	const line = fs.readFileSync(path.join(folder, 'said'), 'utf8');
	if (!line.includes('\\n')) return;
	clearInterval(look);
	process.stdout.write(line);
}, 20);
`;

/** Starts it inside the container (or wherever `run` leads), on loopback. See README.md. */
export const startModelApi = async (run: Run): Promise<ModelApi> => {
	const files = readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter(name => name.endsWith('.ts'));
	const contents = Object.fromEntries(files.map(name => [name, readFileSync(`${folder}${name}`, 'utf8')]));
	const said = (await ask(run, starter, JSON.stringify(contents))).trim();
	if (!said.startsWith('http://')) throw new Error(`The model API did not start: ${said}`);
	return {
		url: said,
		async requests(scenario) {
			const query = scenario === undefined ? '' : `?scenario=${scenario}`;
			const script = `fetch('${said}/_rig/requests${query}').then(answer => answer.text()).then(text => process.stdout.write(text))`;
			return JSON.parse(await ask(run, script)) as RiggedRequest[];
		},
	};
};

const ask = async (run: Run, script: string, stdin?: string): Promise<string> => {
	const {exitCode, stdout, stderr} = await run(['node', '-e', script], stdin);
	if (exitCode !== 0) throw new Error(`node ended with ${exitCode}: ${stderr}`);
	return stdout;
};
