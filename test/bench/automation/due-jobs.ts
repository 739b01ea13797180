import {Execution} from '../../../src/automation/execution.entity.ts';
import type {Report} from '../../../stack/report.ts';
import {until} from '../../../stack/until.ts';
import type {Figures} from '../statistics.ts';
import type {World} from '../world.ts';
import {count, forEachOfThem, minuteAhead, untilAllEnded} from './at-once.ts';

/** A workspace runs five at once: one with fewer jobs than that holds none of them up. */
const perWorkspace = 4;

/** What came of jobs that were all due at one minute. */
export interface DueJobs {
	/** How late each execution was, in seconds: written down, and final. */
	accepted: number[];
	ended: number[];
	/** Processor time of each, in milliseconds. */
	cost: Figures;
	/** How many jobs have one execution, for that minute; none; more than one; one that ended otherwise than it should. */
	accounts: {once: number; missing: number; twice: number; astray: number};
}

/**
 * Jobs of workspaces at rest, which say that they are skipped then: so each goes the whole way from its schedule to a final state, but for the
 * container.
 */
export async function runDueJobs(
	world: World,
	workspaceIds: string[],
	jitterSeconds: number,
	report: Report,
): Promise<DueJobs> {
	const {api, orm} = world;
	const due = minuteAhead();
	const trigger = {
		kind: 'cron',
		expression: `${due.getUTCMinutes()} ${due.getUTCHours()} * * *`,
		timeZone: 'UTC',
	};
	const jobs = await forEachOfThem(index =>
		api.createJob({
			workspaceId: workspaceIds[Math.floor(index / perWorkspace)],
			name: `due-${due.toISOString()}-${index}`,
			kind: 'command',
			command: ['true'],
			trigger,
			policy: {jitterSeconds},
			wake: 'skipIfStopped',
		}),
	);
	const ids = jobs.map(({id}) => id);
	const database = orm.em.getConnection();
	const counted = async (sql: string): Promise<number> => {
		const [row] = await database.execute<{count: string}[]>(sql, [`{${ids.join(',')}}`]);
		return Number(row?.count);
	};
	await until(async () => (await counted(scheduled)) === count, due.getTime() - Date.now(), 500);
	report(`Made ${count} jobs, due at ${due.toISOString()}${jitterSeconds ? `, jitter ${jitterSeconds} s` : ''}.`);
	const cost = await untilAllEnded(world, due, () => counted(ended));

	const executions = await orm.em.fork().find(Execution, {job: {$in: ids}});
	report(`${executions.length} executions were accepted.`);
	const late = (at: Date | null) => ((at?.getTime() ?? Number.NaN) - due.getTime()) / 1000;
	const byJob = Map.groupBy(executions, execution => execution.job);
	const isAstray = ({nominalTime, status, reason}: Execution) =>
		nominalTime.getTime() !== due.getTime() || status !== 'skipped' || reason?.code !== 'workspaceStopped';
	return {
		accepted: executions.map(({createdAt}) => late(createdAt)),
		ended: executions.map(({finishedAt}) => late(finishedAt)),
		cost,
		accounts: {
			once: [...byJob.values()].filter(({length}) => length === 1).length,
			missing: count - byJob.size,
			twice: [...byJob.values()].filter(({length}) => length > 1).length,
			astray: executions.filter(isAstray).length,
		},
	};
}

const scheduled = `
	select count(*) from job j join job_schedule s on s.job_id = j.id and s.revision = j.revision
	where j.id = any(?::uuid[])`;
const ended = 'select count(*) from execution where finished_at is not null and job_id = any(?::uuid[])';
