import {z} from 'zod';
import {listQuery, Page} from '../http/page.ts';
import {eventCodes, eventTypes} from './workspace-event.entity.ts';

export const WorkspaceEvent = z
	.object({
		id: z.string().meta({description: 'Ordered; what a reader sends as Last-Event-ID.', example: '42'}),
		workspaceId: z.uuid().meta({description: 'The workspace.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'}),
		type: z.enum(eventTypes).meta({description: 'What it is about.', example: 'step'}),
		code: z.enum(eventCodes).meta({description: 'What happened.', example: 'stepDone'}),
		params: z
			.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
			.meta({description: 'Its facts.', example: {step: 'container', attempt: 1}}),
		at: z.iso.datetime().meta({description: 'When.', example: '2026-05-01T08:00:01.420Z'}),
		message: z.string().meta({description: 'The same in words.', example: 'Step done: make the container.'}),
	})
	.meta({
		id: 'WorkspaceEvent',
		description: 'One entry of the durable log of a workspace.',
		example: {
			id: '42',
			workspaceId: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e',
			type: 'step',
			code: 'stepDone',
			params: {step: 'container', attempt: 1},
			at: '2026-05-01T08:00:01.420Z',
			message: 'Step done: make the container.',
		},
	});
export type WorkspaceEventView = z.infer<typeof WorkspaceEvent>;

export const ListActivity = listQuery({sort: ['-id'], filters: {}}).meta({
	id: 'ListActivity',
	description: 'What to list.',
	example: {pageSize: 50},
});
export const WorkspaceEventPage = Page(WorkspaceEvent).meta({
	id: 'WorkspaceEventPage',
	description: 'A page of the log, newest first.',
});

/** Where a reader left; the header `Last-Event-ID` counts more. */
export const FollowEvents = z
	.strictObject({
		after: z
			.string()
			.regex(/^\d{1,18}$/)
			.optional()
			.meta({description: 'Id of the last event that the reader has; 0: from the beginning.', example: '0'}),
	})
	.meta({id: 'FollowEvents', description: 'Where to begin.', example: {after: '0'}});
