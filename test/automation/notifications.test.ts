// Who is told of the end of a run. Nobody runs anything: skipped runs have an end, too.
import {createHmac} from 'node:crypto';
import {createServer, type IncomingHttpHeaders} from 'node:http';
import type {AddressInfo} from 'node:net';
import test from 'ava';
import {startFakeInstallation} from '../helpers/fake-installation.ts';
import type {Installation} from '../helpers/installation.ts';
import {automationOf} from './helpers.ts';

interface Call {
	headers: IncomingHttpHeaders;
	body: string;
}

/** An address that answers as it is told to, and remembers what it was sent. */
const startReceiver = async (answers: number[]) => {
	const calls: Call[] = [];
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			calls.push({headers: request.headers, body: Buffer.concat(chunks).toString()});
			response.writeHead(answers[Math.min(calls.length, answers.length) - 1]!).end();
		});
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const {port} = server.address() as AddressInfo;
	return {calls, url: `http://127.0.0.1:${port}/hook`, close: () => server.close()};
};

let product: Installation;
let automation: ReturnType<typeof automationOf>;
let workspaceId: string;
test.before(async () => {
	product = await startFakeInstallation({env: {SECRET_KEY: 'a key that only these tests know of'}});
	automation = automationOf(product);
	({id: workspaceId} = await product.create({name: 'tells'}));
	await product.command(workspaceId, 'stop');
});
test.after.always(() => product?.close());

const runSkipped = async (webhookUrl: string, on: string[]) => {
	const job = await automation.create(workspaceId, {
		kind: 'command',
		command: ['true'],
		wake: 'skipIfStopped',
		notifications: {webhookUrl, on},
	});
	const {body} = await product.post(`/automation/jobs/${job.id}/run`);
	const execution = await automation.ended(body.id);
	return {job, execution};
};
const logOf = async (id: string) => (await product.get(`/automation/executions/${id}/notifications`)).body.items;
const delivered = (id: string, seconds = 10) =>
	product.until('the delivery', seconds, async () => {
		const [entry] = await logOf(id);
		return entry && entry.status !== 'pending' && entry;
	});

test('an end that somebody wants to hear of is told, signed with the key of the job', async t => {
	const receiver = await startReceiver([204]);
	t.teardown(receiver.close);
	const {job, execution} = await runSkipped(receiver.url, ['skipped']);
	t.like(await delivered(execution.id), {event: 'skipped', status: 'delivered', attempts: 1, lastStatus: 204});
	const [call] = receiver.calls;
	const sent = JSON.parse(call!.body);
	t.like(sent, {event: 'execution.skipped', execution: {id: execution.id, jobId: job.id, status: 'skipped'}});
	t.is(call!.headers['x-notification-id'], sent.id);

	const {key} = (await product.get(`/automation/jobs/${job.id}/signing-key`)).body;
	const timestamp = String(call!.headers['x-timestamp']);
	const expected = createHmac('sha256', key).update(`${timestamp}.${call!.body}`).digest('hex');
	t.is(call!.headers['x-signature'], `sha256=${expected}`);
	t.true(Math.abs(Number(timestamp) * 1000 - Date.now()) < 60_000);
});

test('an end that nobody asked about is told to nobody', async t => {
	const {execution} = await runSkipped('http://127.0.0.1:9/', ['failed']);
	t.deepEqual(await logOf(execution.id), []);
});

test('a receiver that is in trouble is told again, under the same id', async t => {
	const receiver = await startReceiver([503, 200]);
	t.teardown(receiver.close);
	const {execution} = await runSkipped(receiver.url, ['skipped']);
	t.like(await delivered(execution.id, 30), {status: 'delivered', attempts: 2});
	t.is(new Set(receiver.calls.map(({headers}) => headers['x-notification-id'])).size, 1);
});

test('a receiver that refuses is not told again', async t => {
	const receiver = await startReceiver([404]);
	t.teardown(receiver.close);
	const {execution} = await runSkipped(receiver.url, ['skipped']);
	t.like(await delivered(execution.id), {status: 'failed', attempts: 1, lastStatus: 404});
});

test('a receiver that is not there is in the log, and stays to be told', async t => {
	const receiver = await startReceiver([200]);
	receiver.close();
	const {execution} = await runSkipped(receiver.url, ['skipped']);
	const entry = await product.until('an attempt', 10, async () => {
		const [found] = await logOf(execution.id);
		return found?.attempts > 0 && found;
	});
	t.like(entry, {status: 'pending', lastStatus: null, lastError: 'ECONNREFUSED'});
});
