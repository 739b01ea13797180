import {readersOf} from '../access/reader.ts';
import type {Roles} from '../access/roles.ts';
import {authorize} from '../http/authorize.ts';
import {notIdempotent} from '../http/idempotent.ts';
import {parseBody, parseQuery} from '../http/parse.ts';
import {type AppRouter, createApiRouter} from '../http/router.ts';
import {type Language, translate} from '../i18n/translate.ts';
import {PreviewSchedule, ReadRange, type UpcomingTimes} from './calendar.schema.ts';
import type {CalendarService} from './calendar.service.ts';
import {viewExecution} from './execution.view.ts';
import {type UpcomingTime, upcoming} from './schedule/nominal-times.ts';

export const createCalendarRouter = ({calendar, roles}: {calendar: CalendarService; roles: Roles}): AppRouter => {
	const router = createApiRouter();

	/**
	 * @openapi
	 * /api/v1/automation/schedule-preview:
	 *   post:
	 *     tags: [Automation]
	 *     operationId: previewSchedule
	 *     summary: When a trigger would be due
	 *     description: In UTC and on the clock of its time zone, with notes where the clocks change. Nothing is stored.
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/PreviewSchedule'}}}
	 *     responses:
	 *       200:
	 *         description: The times
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/UpcomingTimes'}}}
	 * /api/v1/automation/calendar:
	 *   get:
	 *     tags: [Automation]
	 *     operationId: readCalendar
	 *     summary: What jobs did and will do
	 *     x-query: ReadRange
	 *     responses:
	 *       200:
	 *         description: All of it, in order
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Calendar'}}}
	 * /api/v1/automation/metrics:
	 *   get:
	 *     tags: [Automation]
	 *     operationId: readAutomationMetrics
	 *     summary: How the runs of a part of time went
	 *     x-query: ReadRange
	 *     responses:
	 *       200:
	 *         description: The numbers
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/AutomationMetrics'}}}
	 */
	router.post('/automation/schedule-preview', authorize('job.list'), notIdempotent, ctx => {
		const {trigger, policy, from, count} = parseBody(ctx, PreviewSchedule);
		const start = from === undefined ? new Date() : new Date(from);
		ctx.body = viewUpcoming(upcoming(trigger, policy.dst, start, count), ctx.state.language);
	});

	router.get('/automation/calendar', authorize('execution.list'), async ctx => {
		const {from, to} = parseQuery(ctx, ReadRange);
		const found = await calendar.read(ctx.state.actor, new Date(from), new Date(to));
		const readerOf = await readersOf(roles, ctx.state, found.executions);
		ctx.body = {
			executions: found.executions.map(one => viewExecution(one, readerOf(one))),
			upcoming: found.upcoming.map(({at, ...job}) => ({...job, at: at.toISOString()})),
			truncated: found.truncated,
		};
	});

	router.get('/automation/metrics', authorize('execution.list'), async ctx => {
		const {from, to} = parseQuery(ctx, ReadRange);
		ctx.body = await calendar.metrics(ctx.state.actor, new Date(from), new Date(to));
	});

	return router;
};

export const viewUpcoming = (times: UpcomingTime[], language: Language): UpcomingTimes => ({
	items: times.map(({at, local, offset, notes}) => ({
		at: at?.toISOString() ?? null,
		local,
		offset,
		notes: notes.map(({code, params}) => ({code, message: translate(language, `schedule.${code}`, {...params})})),
	})),
});
