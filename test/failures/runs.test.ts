// Runs of jobs, while the engine fails under them.
import {setTimeout as pause} from 'node:timers/promises';
import test from 'ava';
import {automationOf} from '../automation/helpers.ts';
import {dockerHost} from '../helpers/docker-world.ts';
import {type EngineProxy, startEngineProxy} from '../helpers/engine-proxy.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';

let proxy: EngineProxy;
let product: Installation;
let automation: ReturnType<typeof automationOf>;
let workspaceId: string;
test.before(async () => {
	proxy = await startEngineProxy(dockerHost);
	product = await startInstallation({env: {DOCKER_HOST: proxy.host}});
	automation = automationOf(product);
	({id: workspaceId} = await product.create({name: 'runs'}));
});
test.after.always(async () => {
	await product?.close();
	await proxy?.close();
});

const shell = (script: string) => ({kind: 'command', command: ['sh', '-c', script]});
const lines = Array.from({length: 30}, (_, index) => `line ${index + 1}\n`).join('');
/** Six seconds of work that leave a trace of each beginning. */
const counting = (trace: string) =>
	shell(`echo begun >> ${trace}; for n in $(seq 1 30); do echo line $n; sleep 0.2; done`);
const proxyDoes = (what: 'stopListening' | 'listen' | 'hang' | 'resume' | 'cut') => () => proxy[what]();
const inContainer = async (...command: string[]): Promise<string> =>
	(await product.post(`/workspaces/${workspaceId}/exec`, {command})).body.stdout;

const troubles: [what: string, seconds: number, come: () => void | Promise<void>, go: () => void | Promise<void>][] = [
	['is away for some seconds', 3, proxyDoes('stopListening'), proxyDoes('listen')],
	['hangs until the run is over', 7, proxyDoes('hang'), proxyDoes('resume')],
	['cuts every connection', 0, proxyDoes('cut'), () => {}],
];
for (const [index, [what, seconds, come, go]] of troubles.entries()) {
	test.serial(
		`while the engine ${what} a run goes on, and nothing of its output is missing or there twice`,
		async t => {
			const trace = `begun-${index}`;
			const {id} = await automation.begin(workspaceId, counting(trace));
			await product.until('some output', 20, async () => (await automation.output(id)).includes('line 5\n'));
			await come();
			await pause(seconds * 1000);
			t.is((await automation.execution(id)).status, 'running');
			await go();
			t.like(await automation.ended(id), {status: 'succeeded', attempt: 1, exitCode: 0});
			t.is(await automation.output(id), lines);
			t.is(await inContainer('cat', trace), 'begun\n');
		},
	);
}

test.serial('a run that is due while the engine is away begins, once, when it is back', async t => {
	await proxy.stopListening();
	const {id} = await automation.begin(workspaceId, shell('echo begun >> late; echo done'));
	await pause(2000);
	t.is((await automation.execution(id)).finishedAt, null);
	await proxy.listen();
	t.is((await automation.ended(id)).status, 'succeeded');
	t.is(await automation.output(id), 'done\n');
	t.is(await inContainer('cat', 'late'), 'begun\n');
});

test.serial('a run whose beginning the engine carried out and did not confirm begins once', async t => {
	proxy.loseAnswerOf(/\/exec\/[^/]+\/start/);
	const {id} = await automation.begin(workspaceId, shell('echo begun >> unconfirmed; echo done'));
	t.is((await automation.ended(id)).status, 'succeeded');
	t.is(await automation.output(id), 'done\n');
	t.is(await inContainer('cat', 'unconfirmed'), 'begun\n');
});

test.serial('of a run that an engine took down with it nobody knows how it ended, and the next one runs', async t => {
	const {id} = await automation.begin(workspaceId, shell('echo begun; sleep 300'));
	await product.until('its output', 20, async () => (await automation.output(id)) === 'begun\n');
	await proxy.stopListening();
	await automation.killContainer(workspaceId);
	await pause(3000);
	t.is((await automation.execution(id)).finishedAt, null, 'nobody can tell yet');
	await proxy.listen();
	t.like(await automation.ended(id), {status: 'unknown', attempt: 1, reason: {code: 'RUN_LOST'}});
	t.is(await automation.output(id), 'begun\n');
	t.is((await automation.run(workspaceId, shell('echo hello'))).status, 'succeeded');
	t.is(await automation.left(workspaceId, id), 0);
});
