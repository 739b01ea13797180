import {defineEntity, p} from '@mikro-orm/core';
import type {ErrorParams} from '../errors.ts';
import {Workspace} from './workspace.entity.ts';

export const eventTypes = ['operation', 'step', 'status'] as const;
export type EventType = (typeof eventTypes)[number];

export const eventCodes = [
	'operationQueued',
	'operationRunning',
	'operationSucceeded',
	'operationFailed',
	'operationCancelling',
	'operationCancelled',
	'operationSuperseded',
	'stepRunning',
	'stepDone',
	'stepFailed',
	'stepReverting',
	'stepReverted',
	'workspaceStatus',
	'workspaceUpdated',
	'workspaceDeleted',
	'containerEnded',
	'containerStarted',
	'diskExceeded',
	'diskWithinLimit',
	'keptAlive',
	'leasesEnded',
] as const;
export type EventCode = (typeof eventCodes)[number];

/**
 * The durable log. Written in the transaction that makes it true, under the lock on the workspace's row, so that within one workspace
 * the order of ids is the order of commits.
 */
const WorkspaceEventSchema = defineEntity({
	name: 'WorkspaceEvent',
	tableName: 'workspace_event',
	properties: {
		id: p.bigint('string').primary().autoincrement(),
		workspace: () => p.manyToOne(Workspace).mapToPk(),
		type: p.enum([...eventTypes]),
		code: p.string().$type<EventCode>(),
		params: p.json<ErrorParams>(),
		at: p.datetime(3),
	},
	indexes: [{properties: ['workspace', 'id'], name: 'workspace_event_workspace_id_index'}],
});

export class WorkspaceEvent extends WorkspaceEventSchema.class {}
WorkspaceEventSchema.setClass(WorkspaceEvent);
