// What becomes of a time that comes while the run of the time before is under way: a real schedule, by the second, in real containers.
import test, {type ExecutionContext} from 'ava';
import type {OverlapPolicy} from '../../src/automation/execution-rules.ts';
import type {ExecutionView} from '../../src/automation/execution.schema.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';
import {automationOf} from './helpers.ts';

let product: Installation;
let automation: ReturnType<typeof automationOf>;
test.before(async () => {
	product = await startInstallation({env: {JOB_MINIMUM_SECONDS: '1'}});
	automation = automationOf(product);
});
test.after.always(() => product?.close());

/** Takes longer than it is until the next time, and says so when another of its kind is at work: only the kernel is believed. */
const command = ['sh', '-c', 'flock -n busy sleep 2 || echo beside another'];

/** What came of the times of a job until `isEnough` of what there is; then it is paused, and what is under way ends. */
const scheduled = async (
	t: ExecutionContext,
	overlap: OverlapPolicy,
	isEnough: (items: ExecutionView[]) => boolean,
): Promise<ExecutionView[]> => {
	const {id} = await product.create({name: overlap.toLowerCase()});
	const trigger = {kind: 'interval', everySeconds: 1};
	const job = await automation.create(id, {kind: 'command', command, trigger, policy: {overlap}});
	const executions = async (): Promise<ExecutionView[]> => {
		const {body} = await product.get(`/automation/jobs/${job.id}/executions?sort=createdAt&pageSize=100`);
		return body.items.toSorted((a: ExecutionView, b: ExecutionView) => a.nominalTime.localeCompare(b.nominalTime));
	};
	await product.until('enough of them', 60, async () => isEnough(await executions()));
	await product.post(`/automation/jobs/${job.id}/pause`);
	const items = await product.until('their ends', 60, async () => {
		const found = await executions();
		return found.every(({finishedAt}) => finishedAt !== null) && found;
	});
	t.log(items.map(({status}) => status).join(' '));
	const times = items.map(({nominalTime}) => Date.parse(nominalTime));
	t.deepEqual(
		times,
		times.map((_, index) => times[0]! + index * 1000),
		'every time has one row',
	);
	return items;
};

const count = (items: ExecutionView[], ...statuses: string[]): number =>
	items.filter(({status}) => statuses.includes(status)).length;
const ran = (items: ExecutionView[]): ExecutionView[] => items.filter(({startedAt}) => startedAt !== null);
const isUnderWay = (item: ExecutionView, at: string): boolean => item.createdAt <= at && at <= item.finishedAt!;

const oneAfterTheOther = async (t: ExecutionContext, items: ExecutionView[]): Promise<void> => {
	for (const [index, item] of items.entries()) {
		const before = items[index - 1];
		if (before) t.true(before.finishedAt! <= item.startedAt!, `${before.finishedAt} ${item.startedAt}`);
		t.is(await automation.output(item.id), '');
	}
};

/** It says which one was in its way, and that one was under way. */
const skippedForAnother = (t: ExecutionContext, items: ExecutionView[]): void => {
	for (const {status, reason, createdAt} of items) {
		if (status !== 'skipped') continue;
		t.is(reason?.code, 'overlap');
		const other = items.find(({id}) => id === reason?.params['executionId']);
		t.true(other !== undefined && isUnderWay(other, createdAt));
	}
};

test('skip: a time that comes while a run is under way is skipped, and names that run', async t => {
	const items = await scheduled(t, 'skip', found => count(found, 'succeeded') >= 2);
	t.is(count(items, 'succeeded', 'skipped'), items.length);
	t.true(count(items, 'skipped') >= 2);
	skippedForAnother(t, items);
	await oneAfterTheOther(t, ran(items));
});

test('bufferOne: one waits for the run that is under way, and what comes while it waits is skipped', async t => {
	const items = await scheduled(
		t,
		'bufferOne',
		found => count(found, 'succeeded') >= 2 && count(found, 'skipped') >= 1,
	);
	t.is(count(items, 'succeeded', 'skipped'), items.length);
	skippedForAnother(t, items);
	await oneAfterTheOther(t, ran(items));
	for (const {status, createdAt} of items) {
		const waiting = ran(items).filter(item => item.createdAt < createdAt && createdAt < item.startedAt!);
		if (status === 'skipped') t.true(waiting.length > 0, 'another one waits');
	}
	t.true(
		ran(items).some(item => items.some(other => other !== item && isUnderWay(other, item.createdAt))),
		'one waited',
	);
});

test('bufferAll: every time runs, one after the other, in their order', async t => {
	const items = await scheduled(t, 'bufferAll', found => found.length >= 3);
	t.is(count(items, 'succeeded'), items.length);
	await oneAfterTheOther(t, items);
});

test('cancelOther: the run that is under way is ended for the one that comes, which names itself, and begins after it', async t => {
	const items = await scheduled(t, 'cancelOther', found => found.length >= 4 && ran(found).length >= 2);
	t.is(items.at(-1)!.status, 'succeeded');
	for (const [index, item] of items.slice(0, -1).entries())
		t.like(item, {status: 'cancelled', reason: {code: 'replaced', params: {by: items[index + 1]!.id}}});
	await oneAfterTheOther(t, ran(items));
});

test('allowAll: every time runs at its time, whatever else does', async t => {
	const items = await scheduled(t, 'allowAll', found => found.length >= 3);
	t.is(count(items, 'succeeded'), items.length);
	t.true(items.some((item, index) => index > 0 && item.startedAt! < items[index - 1]!.finishedAt!));
	const outputs = await Promise.all(items.map(({id}) => automation.output(id)));
	t.true(outputs.includes('beside another\n'));
});
