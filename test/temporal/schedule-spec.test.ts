import {randomBytes} from 'node:crypto';
import test from 'ava';
import {DAY_MS, HOUR_MS} from '../../src/automation/schedule/local-times.ts';
import {nominalTimes} from '../../src/automation/schedule/nominal-times.ts';
import {offsetPeriods} from '../../src/automation/schedule/time-zone.ts';
import {type DstPolicy, Trigger} from '../../src/automation/schedule/trigger.schema.ts';
import {connectTemporal} from '../../temporal/client.ts';
import {toScheduleSpec} from '../../temporal/schedule-spec.ts';

const namespace = process.env['TEMPORAL_NAMESPACE']!;
const {client, connection, close} = connectTemporal({
	temporalAddress: process.env['TEMPORAL_ADDRESS']!,
	temporalNamespace: namespace,
});
test.after.always(close);

const now = new Date();

/** The changes of the clocks in the next ten years. */
const changesOf = (timeZone: string): number[] => {
	const changes: number[] = [];
	for (const {start} of offsetPeriods(timeZone, now.getTime())) {
		if (start > now.getTime() + 3650 * DAY_MS) break;
		if (start > now.getTime()) changes.push(start);
	}
	return changes;
};

// The client's type asks for an object of its own; what is sent is a number.
const timestamp = (at: Date) => ({seconds: Math.floor(at.getTime() / 1000), nanos: 0}) as never;

/** A paused schedule, as Temporal understands it. */
const schedule = async (trigger: Trigger, dst: DstPolicy, startAt = now) => {
	const handle = await client.schedule.create({
		scheduleId: `spec-${randomBytes(6).toString('hex')}`,
		spec: {...toScheduleSpec(trigger, dst, now), startAt},
		policies: {catchupWindow: '1 minute'},
		action: {type: 'startWorkflow', workflowType: 'none', taskQueue: 'none', args: []},
		state: {paused: true},
	});
	return {
		next: async (): Promise<Date[]> => (await handle.describe()).info.nextActionTimes,
		/** After an instant and up to another. */
		async between(after: Date, until: Date): Promise<number[]> {
			const {startTime} = await connection.workflowService.listScheduleMatchingTimes({
				namespace,
				scheduleId: handle.scheduleId,
				startTime: timestamp(after),
				endTime: timestamp(until),
			});
			return startTime.map(({seconds}) => Number(seconds) * 1000);
		},
		remove: () => handle.delete(),
	};
};

const cron = (expression: string, timeZone = 'UTC') => Trigger.parse({kind: 'cron', expression, timeZone});

const exact: [claim: string, trigger: Trigger][] = [
	['the 13th and every Friday', cron('0 9 13 * 5', 'Europe/Rome')],
	['a day field with a step and a weekday', cron('0 9 */2 * MON', 'Europe/Rome')],
	['all months, days and names', cron('5,10 8-10 1-7,31 JAN-JUN,DEC *', 'America/New_York')],
	['a zone that is three quarters of an hour off', cron('15 6 * * *', 'Asia/Kathmandu')],
	['a quarter of every hour there', cron('*/15 * * * *', 'Asia/Kathmandu')],
	['an old name of a zone', cron('0 9 * * *', 'US/Eastern')],
	['an interval with an offset', Trigger.parse({kind: 'interval', everySeconds: 420, offsetSeconds: 65})],
	['a single time', Trigger.parse({kind: 'once', at: new Date(now.getTime() + 400 * DAY_MS).toISOString()})],
];

for (const [claim, trigger] of exact) {
	test(`Temporal's next times are ours: ${claim}`, async t => {
		const {next, remove} = await schedule(trigger, 'skip');
		const found = await next();
		await remove();
		// One of them may just have passed.
		const after = new Date();
		const theirs = found.filter(at => at > after);
		t.true(theirs.length > 0);
		const until = new Date(8e15);
		t.deepEqual(theirs, nominalTimes(trigger, 'skip', {after, until, limit: theirs.length}));
	});
}

test('what is shifted out of a gap, and the first of two, are among the next times', async t => {
	const nightly = cron('30 2 * * *', 'Europe/Rome');
	const changes = changesOf('Europe/Rome').slice(0, 2);
	for (const change of changes) {
		const startAt = new Date(change - 3 * DAY_MS);
		const {next, remove} = await schedule(nightly, 'shift', startAt);
		const theirs = await next();
		await remove();
		t.is(theirs.length, 10);
		t.deepEqual(theirs, nominalTimes(nightly, 'shift', {after: startAt, until: new Date(8e15), limit: 10}));
	}
});

const expressions = ['30 2 * * *', '*/15 * * * *', '*/10 * * * 0,6', '*/20 0-4 * * *', '0 2,3 8-14 3,11 0', '@hourly'];
// Going forward by an hour, by half of one, at a quarter to; east and west of Greenwich.
const zones = ['Europe/Rome', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Chatham'];

for (const zone of zones) {
	test(`Temporal starts a run at every nominal time around ten years of changes in ${zone}`, async t => {
		let compared = 0;
		let superfluous = 0;
		for (const expression of expressions) {
			const trigger = cron(expression, zone);
			const {between, remove} = await schedule(trigger, 'shift');
			for (const change of changesOf(zone)) {
				const [after, until] = [new Date(change - 26 * HOUR_MS), new Date(change + 26 * HOUR_MS)];
				if (after < now) continue;
				const theirs = new Set(await between(after, until));
				const ours = nominalTimes(trigger, 'shift', {after, until, limit: Infinity});
				const lost = ours.filter(at => !theirs.has(at.getTime()));
				t.deepEqual(lost, [], `${expression}, ${new Date(change).toISOString()}`);
				compared += ours.length;
				superfluous += theirs.size - ours.length;
			}
			await remove();
		}
		t.log({compared, superfluous});
		t.true(compared > 1000);
	});
}

test('nothing comes due by itself that is started by hand or by a call', t => {
	t.is(toScheduleSpec({kind: 'manual'}, 'skip', now), null);
	t.is(toScheduleSpec({kind: 'webhook'}, 'skip', now), null);
});

test('a specification lists no more than the changes ask for', t => {
	const listed = (expression: string, dst: DstPolicy = 'shift') =>
		toScheduleSpec(cron(expression, 'Europe/Rome'), dst, new Date('2026-11-25'))!.intervals?.length ?? 0;
	t.is(listed('0 9 * * *'), 0);
	t.is(listed('30 2 * * *'), 20);
	t.is(listed('30 2 * * *', 'skip'), 10);
	t.is(listed('* * * * *'), 0);
});
