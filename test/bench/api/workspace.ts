import type {Contestant} from '../contestant.ts';
import type {ApiClient, OperationView} from './client.ts';
import {followEvents, now, type Follower, type SeenEvent} from './follow-events.ts';

/** When the last command was sent, when its end was heard of, and the operation that it became. */
export interface Journey {
	sentAt: number;
	seenAt: number;
	operation: OperationView;
}

/** A workspace made through the API. That something is done is learned from its events, as a user interface would. */
export interface ApiWorkspace extends Contestant {
	id(): string;
	/** The last command's, asked for only now. */
	journey(): Promise<Journey>;
}

/** A workspace that does not exist yet. */
export function createApiWorkspace(api: ApiClient, name: string): ApiWorkspace {
	let id = '';
	let follower: Follower | null = null;
	let operationId = '';
	let sentAt = 0;
	let seenAt = 0;

	const waitFor = async (isIt: (event: SeenEvent) => boolean) => {
		if (!follower) throw new Error('the workspace is not there yet');
		const event = await follower.next(event => isIt(event) || isFailure(event, operationId));
		if (isFailure(event, operationId)) throw new Error(`${name}: ${event.code} ${JSON.stringify(event.params)}`);
		seenAt = event.seenAt;
	};
	const command = async (command: 'start' | 'stop' | 'delete', isIt: (event: SeenEvent) => boolean) => {
		sentAt = now();
		({operationId} = await api.command(id, command));
		await waitFor(isIt);
	};

	return {
		id: () => id,
		async create() {
			sentAt = now();
			const workspace = await api.create(name);
			id = workspace.id;
			operationId = workspace.operation?.id ?? '';
			follower = followEvents(api.eventsUrl(id));
			await waitFor(becomes('running'));
		},
		stop: () => command('stop', becomes('stopped')),
		start: () => command('start', becomes('running')),
		async delete() {
			await command('delete', event => event.code === 'workspaceDeleted');
			follower?.close();
		},
		journey: async () => ({sentAt, seenAt, operation: await api.operation(operationId)}),
	};
}

const becomes =
	(status: string) =>
	({code, params}: SeenEvent): boolean =>
		code === 'workspaceStatus' && params['status'] === status;

const isFailure = ({code, params}: SeenEvent, operationId: string): boolean =>
	code === 'operationFailed' && params['operationId'] === operationId;
