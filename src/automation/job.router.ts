import {readersOf} from '../access/reader.ts';
import type {Roles} from '../access/roles.ts';
import {authorize} from '../http/authorize.ts';
import type {RouteContext} from '../http/context.ts';
import {idempotent} from '../http/idempotent.ts';
import {toPage} from '../http/page.ts';
import {parseBody, parseId, parseQuery, parseValue} from '../http/parse.ts';
import {ifMatch, setRevision} from '../http/revision.ts';
import {apiPrefix, type AppRouter, createApiRouter} from '../http/router.ts';
import type {ExecutionService} from './execution.service.ts';
import {ListJobExecutions} from './execution.schema.ts';
import {viewExecution} from './execution.view.ts';
import type {Job} from './job.entity.ts';
import {viewUpcoming} from './calendar.router.ts';
import {ReadUpcoming} from './calendar.schema.ts';
import {BackfillJob, changedJob, CreateJob, PauseJob, UpdateJob} from './job.schema.ts';
import {ListJobs} from './job-view.schema.ts';
import type {JobService} from './job.service.ts';
import {viewJob} from './job.view.ts';
import {upcoming} from './schedule/nominal-times.ts';

interface Dependencies {
	jobs: JobService;
	executions: ExecutionService;
	roles: Roles;
}

export const createJobRouter = ({jobs, executions, roles}: Dependencies): AppRouter => {
	const router = createApiRouter();
	const jobId = (ctx: RouteContext) => parseId(ctx.params['id'], 'JOB_NOT_FOUND');
	const ofJob = {notFound: 'JOB_NOT_FOUND', id: (ctx: RouteContext) => jobs.workspaceOf(jobId(ctx))} as const;

	const show = async (ctx: RouteContext, job: Job): Promise<void> => {
		const revisions = await jobs.scheduledRevisions([job.id]);
		setRevision(ctx, job.revision, {isWhole: false});
		ctx.body = viewJob(job, revisions.get(job.id) ?? null, ctx.state);
	};

	/**
	 * @openapi
	 * /api/v1/automation/jobs:
	 *   post:
	 *     tags: [Automation]
	 *     operationId: createJob
	 *     summary: Plan what is to run in a workspace
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/CreateJob'}}}
	 *     responses:
	 *       201:
	 *         description: Stored; its times count from now on
	 *         headers:
	 *           Location: {description: Where the job is, schema: {type: string}}
	 *           ETag: {description: Its revision, schema: {type: string}}
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Job'}}}
	 *   get:
	 *     tags: [Automation]
	 *     operationId: listJobs
	 *     summary: The jobs that the caller may see
	 *     x-query: ListJobs
	 *     responses:
	 *       200:
	 *         description: One page
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/JobPage'}}}
	 */
	router.post('/automation/jobs', authorize('job.create', ofBody), idempotent, async ctx => {
		const job = await jobs.create(ctx.state.actor, parseBody(ctx, CreateJob));
		await show(ctx, job);
		ctx.status = 201;
		ctx.set('Location', `${apiPrefix}/automation/jobs/${job.id}`);
	});

	router.get('/automation/jobs', authorize('job.list'), async ctx => {
		const query = parseQuery(ctx, ListJobs);
		const [found, total] = await jobs.list(ctx.state.actor, query);
		const revisions = await jobs.scheduledRevisions(found.map(({id}) => id));
		const readerOf = await readersOf(roles, ctx.state, found);
		const items = found.map(job => viewJob(job, revisions.get(job.id) ?? null, readerOf(job)));
		ctx.body = toPage(items, query, total);
	});

	/**
	 * @openapi
	 * /api/v1/automation/jobs/{id}:
	 *   get:
	 *     tags: [Automation]
	 *     operationId: getJob
	 *     summary: One job
	 *     responses:
	 *       200:
	 *         description: The job
	 *         headers:
	 *           ETag: {description: Its revision, schema: {type: string}}
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Job'}}}
	 *   patch:
	 *     tags: [Automation]
	 *     operationId: updateJob
	 *     summary: Change a job
	 *     description: If-Match is honoured.
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/UpdateJob'}}}
	 *     responses:
	 *       200:
	 *         description: The job as it is now
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Job'}}}
	 *   delete:
	 *     tags: [Automation]
	 *     operationId: deleteJob
	 *     summary: Remove a job
	 *     description: Cancels what is under way of it. Its executions stay readable.
	 *     responses:
	 *       204: {description: Removed}
	 */
	router.get('/automation/jobs/:id', authorize('job.read', ofJob), async ctx => show(ctx, await jobs.get(jobId(ctx))));

	router.patch('/automation/jobs/:id', authorize('job.update', ofJob), async ctx => {
		const patch = parseBody(ctx, UpdateJob);
		const revise = (job: Job) => parseValue(ctx, CreateJob, changedJob(job.toInput(), patch));
		await show(ctx, await jobs.update(ctx.state.actor, jobId(ctx), ifMatch(ctx), revise));
	});

	router.delete('/automation/jobs/:id', authorize('job.delete', ofJob), async ctx => {
		await jobs.delete(jobId(ctx), ifMatch(ctx));
		ctx.status = 204;
	});

	/**
	 * @openapi
	 * /api/v1/automation/jobs/{id}/pause:
	 *   post:
	 *     tags: [Automation]
	 *     operationId: pauseJob
	 *     summary: Let its times pass
	 *     requestBody:
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/PauseJob'}}}
	 *     responses:
	 *       200:
	 *         description: The job
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Job'}}}
	 * /api/v1/automation/jobs/{id}/resume:
	 *   post:
	 *     tags: [Automation]
	 *     operationId: resumeJob
	 *     summary: Let its times count again
	 *     description: >
	 *       What passed while it was paused is not caught up with. When whoever it ran as may no longer work in the workspace, it runs as the
	 *       caller from now on.
	 *     responses:
	 *       200:
	 *         description: The job
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Job'}}}
	 * /api/v1/automation/jobs/{id}/run:
	 *   post:
	 *     tags: [Automation]
	 *     operationId: runJob
	 *     summary: Run it now, beside its plan
	 *     description: Its overlap policy counts; an execution that may not begin is skipped, and says why.
	 *     responses:
	 *       201:
	 *         description: Accepted
	 *         headers:
	 *           Location: {description: Where the execution is, schema: {type: string}}
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Execution'}}}
	 * /api/v1/automation/jobs/{id}/upcoming:
	 *   get:
	 *     tags: [Automation]
	 *     operationId: listUpcoming
	 *     summary: When it is due next
	 *     x-query: ReadUpcoming
	 *     responses:
	 *       200:
	 *         description: The times, with notes where the clocks change
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/UpcomingTimes'}}}
	 * /api/v1/automation/jobs/{id}/backfill:
	 *   post:
	 *     tags: [Automation]
	 *     operationId: backfillJob
	 *     summary: Run it for times that have passed
	 *     description: Those that it did not run for. A dry run, which is the default, says which they are.
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/BackfillJob'}}}
	 *     responses:
	 *       200:
	 *         description: A dry run, or nothing to run
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Backfill'}}}
	 *       202:
	 *         description: Accepted
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Backfill'}}}
	 * /api/v1/automation/jobs/{id}/executions:
	 *   get:
	 *     tags: [Automation]
	 *     operationId: listJobExecutions
	 *     summary: The runs of a job, and why there were none
	 *     x-query: ListJobExecutions
	 *     responses:
	 *       200:
	 *         description: One page
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/ExecutionPage'}}}
	 */
	router.post('/automation/jobs/:id/pause', authorize('job.pause', ofJob), idempotent, async ctx =>
		show(ctx, await jobs.pause(jobId(ctx), parseBody(ctx, PauseJob).note)),
	);

	router.post('/automation/jobs/:id/resume', authorize('job.pause', ofJob), idempotent, async ctx =>
		show(ctx, await jobs.resume(ctx.state.actor, jobId(ctx))),
	);

	router.post('/automation/jobs/:id/run', authorize('job.run', ofJob), idempotent, async ctx => {
		const execution = await jobs.runNow(ctx.state.actor, jobId(ctx));
		ctx.status = 201;
		ctx.set('Location', `${apiPrefix}/automation/executions/${execution.id}`);
		ctx.body = viewExecution(execution, ctx.state);
	});

	router.get('/automation/jobs/:id/upcoming', authorize('job.read', ofJob), async ctx => {
		const {count} = parseQuery(ctx, ReadUpcoming);
		const {status, trigger, policy} = await jobs.get(jobId(ctx));
		const times = status === 'active' ? upcoming(trigger, policy.dst, new Date(), count) : [];
		ctx.body = viewUpcoming(times, ctx.state.language);
	});

	router.post('/automation/jobs/:id/backfill', authorize('job.run', ofJob), idempotent, async ctx => {
		const {times, executions: accepted} = await jobs.backfill(ctx.state.actor, jobId(ctx), parseBody(ctx, BackfillJob));
		ctx.status = accepted.length > 0 ? 202 : 200;
		ctx.body = {
			times: times.map(at => at.toISOString()),
			executions: accepted.map(execution => viewExecution(execution, ctx.state)),
		};
	});

	router.get('/automation/jobs/:id/executions', authorize('job.read', ofJob), async ctx => {
		const query = parseQuery(ctx, ListJobExecutions);
		const [found, total] = await executions.list(ctx.state.actor, {...query, jobId: jobId(ctx)});
		ctx.body = toPage(
			found.map(execution => viewExecution(execution, ctx.state)),
			query,
			total,
		);
	});

	return router;
};

/** The workspace that a new job is for; a body that is not right is refused before anyone asks who may. */
const ofBody = {id: (ctx: RouteContext): string => parseBody(ctx, CreateJob).workspaceId};
