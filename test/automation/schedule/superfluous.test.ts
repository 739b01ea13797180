import test from 'ava';
import {mayBeSuperfluous} from '../../../src/automation/schedule/superfluous.ts';

const cron = (expression: string, timeZone: string) => ({kind: 'cron', expression, timeZone}) as const;

test('the second pass of a local time that comes twice may be one that Temporal adds', t => {
	t.true(mayBeSuperfluous(cron('30 2 * * *', 'Europe/Rome'), new Date('2026-10-25T01:30:00Z')));
	t.true(mayBeSuperfluous(cron('30 1 * * *', 'America/New_York'), new Date('2026-11-01T06:30:00Z')));
});

test('where clocks are put by half an hour, so may the other half hour', t => {
	t.true(mayBeSuperfluous(cron('0 * * * *', 'Australia/Lord_Howe'), new Date('2026-06-01T00:00:00Z')));
	t.true(mayBeSuperfluous(cron('0 * * * *', 'Australia/Lord_Howe'), new Date('2026-06-01T00:30:00Z')));
	t.false(mayBeSuperfluous(cron('0 * * * *', 'Australia/Lord_Howe'), new Date('2026-06-01T00:15:00Z')));
});

test('another time is nobody’s but that of whoever asked', t => {
	t.false(mayBeSuperfluous(cron('30 2 * * *', 'Europe/Rome'), new Date('2026-10-25T01:31:00Z')));
	t.false(mayBeSuperfluous(cron('30 2 * * *', 'Europe/Rome'), new Date('2026-10-25T01:30:01Z')));
	t.false(mayBeSuperfluous({kind: 'interval', everySeconds: 3600, offsetSeconds: 0}, new Date('2026-10-25T01:00:00Z')));
});
