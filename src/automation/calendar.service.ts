import type {EntityManager} from '@mikro-orm/postgresql';
import type {Actor} from '../access/actor.ts';
import type {AutomationMetrics} from './calendar.schema.ts';
import {type ExecutionStatus, executionStatuses} from './execution-rules.ts';
import {Execution} from './execution.entity.ts';
import {Job} from './job.entity.ts';
import {ofVisibleWorkspaces, visibleIds} from '../access/visible.ts';
import {nominalTimes} from './schedule/nominal-times.ts';

/** More than this nobody reads. */
const MOST = 2000;

export type CalendarService = ReturnType<typeof createCalendarService>;

/** What jobs did and will do, over all that the actor may see. */
export const createCalendarService = ({em}: {em: EntityManager}) => ({
	/** What was planned between two times, and what is still to come in there. */
	async read(actor: Actor, from: Date, to: Date) {
		const visible = ofVisibleWorkspaces(actor);
		const executions = await em.find(
			Execution,
			{$and: [visible, {nominalTime: {$gte: from, $lt: to}}]},
			{orderBy: {nominalTime: 'asc', id: 'asc'}, limit: MOST + 1},
		);
		const jobs = await em.find(Job, {$and: [visible, {deletedAt: null, status: 'active'}]}, {orderBy: {id: 'asc'}});
		const after = new Date(Math.max(Date.now(), from.getTime() - 1));
		const until = new Date(to.getTime() - 1);
		const upcoming = jobs
			.flatMap(({id, name, trigger, policy}) =>
				nominalTimes(trigger, policy.dst, {after, until, limit: MOST + 1}).map(at => ({jobId: id, name, at})),
			)
			.toSorted((a, b) => a.at.getTime() - b.at.getTime());
		return {
			executions: executions.slice(0, MOST),
			upcoming: upcoming.slice(0, MOST),
			truncated: executions.length > MOST || upcoming.length > MOST,
		};
	},

	/** How the runs went that were planned between two times. */
	async metrics(actor: Actor, from: Date, to: Date): Promise<AutomationMetrics> {
		const ids = visibleIds(actor);
		const inRange = `execution e where e.nominal_time >= ? and e.nominal_time < ? and ${ids ? `e.workspace_id in (${ids.sql})` : 'true'}`;
		const range = [from, to, ...(ids?.params ?? [])];
		const counts = await em.execute<{status: ExecutionStatus; count: string}[]>(
			`select e.status, count(*) as count from ${inRange} group by e.status`,
			range,
		);
		const [numbers] = await em.execute<Record<string, string | null>[]>(
			`select ${percentiles('duration', 'e.finished_at - e.started_at')},
				${percentiles('lateness', 'e.started_at - e.nominal_time')},
				coalesce(sum((e.result->>'costUsd')::float), 0) as cost
			from ${inRange} and e.started_at is not null and e.finished_at is not null`,
			range,
		);
		const byStatus = new Map(counts.map(({status, count}) => [status, Number(count)]));
		const of = (...statuses: ExecutionStatus[]) =>
			statuses.reduce((sum, status) => sum + (byStatus.get(status) ?? 0), 0);
		const ran = of('succeeded', 'failed', 'timedOut', 'unknown');
		const number = (name: string) => {
			const value = numbers?.[name] ?? null;
			return value === null ? null : Number(value);
		};
		return {
			counts: Object.fromEntries(executionStatuses.map(status => [status, of(status)])) as AutomationMetrics['counts'],
			successRate: ran === 0 ? null : of('succeeded') / ran,
			durationSeconds: {p50: number('duration_p50'), p95: number('duration_p95')},
			latenessSeconds: {p50: number('lateness_p50'), p95: number('lateness_p95')},
			costUsd: number('cost') ?? 0,
		};
	},
});

const percentiles = (name: string, interval: string): string =>
	[0.5, 0.95]
		.map(
			share =>
				`round((percentile_cont(${share}) within group (order by extract(epoch from ${interval})))::numeric, 3) as ${name}_p${share * 100}`,
		)
		.join(', ');
