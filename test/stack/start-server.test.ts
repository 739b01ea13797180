import {appendFileSync, mkdtempSync, readFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import test from 'ava';
import {EndedAtOnce} from '../../stack/processes/server-process.ts';
import {startServer} from '../../stack/processes/start-server.ts';

/** A server that ends at once so many times, and then listens. */
const failing = (times: number) => {
	const dataDir = mkdtempSync(`${tmpdir()}/start-server-`);
	const ports = `${dataDir}/ports`;
	appendFileSync(ports, '');
	const script = `
		const {appendFileSync, readFileSync} = require('node:fs');
		appendFileSync('${ports}', process.argv[1] + '\\n');
		if (readFileSync('${ports}', 'utf8').split('\\n').length <= ${times + 1}) process.exit(3);
		require('node:net').createServer().listen(Number(process.argv[1]), '127.0.0.1');`;
	const said: string[] = [];
	const about = {name: 'failing', title: 'The server', dataDir, report: (line: string) => said.push(line)};
	const commandAt = (port: number) => ({...about, command: process.execPath, args: ['-e', script, String(port)]});
	const isReady = () => readFileSync(ports, 'utf8').split('\n').length > times + 1;
	return {startable: {commandAt, isReady}, said, tries: () => readFileSync(ports, 'utf8').trim().split('\n')};
};

test('a server that ends at once is started again, at another port when none is wanted', async t => {
	const {startable, said, tries} = failing(2);
	const server = await startServer(startable);
	t.is(tries().length, 3);
	t.is(tries().at(-1), String(server.port));
	t.is(said.length, 2);
	await server.stop();
});

test('one that never lives is given up, and its end is told', async t => {
	const {startable, tries} = failing(10);
	const error = await t.throwsAsync(startServer(startable), {instanceOf: EndedAtOnce});
	t.regex(error.message, /^The server ended at once \(exit code 3\)/);
	t.is(tries().length, 3);
});
