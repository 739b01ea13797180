/** What we read of a workspace. */
export interface WorkspaceView {
	id: string;
	image: string;
	pinnedImage: string | null;
	resources: {cpus: number; memoryMiB: number; pids: number};
	operation: {id: string} | null;
}

/** What we read of an operation. */
export interface OperationView {
	id: string;
	createdAt: string;
	startedAt: string;
	finishedAt: string;
	steps: {name: string; startedAt: string; finishedAt: string}[];
}

/** What we read of a run of a job. */
export interface ExecutionView {
	id: string;
	createdAt: string;
}

export type ApiClient = ReturnType<typeof createApiClient>;

/** A client of the API at this address, with an access token where one is needed. Whatever it refuses is an error with its answer. */
export function createApiClient(baseUrl: string, token?: string) {
	const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
		const response = await fetch(`${baseUrl}${path}`, {
			method,
			headers: {
				...(body && {'content-type': 'application/json'}),
				...(token && {authorization: `Bearer ${token}`}),
			},
			...(body && {body: JSON.stringify(body)}),
		});
		const text = await response.text();
		if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
		return (text ? JSON.parse(text) : undefined) as T;
	};
	return {
		create: (name: string) => ask<WorkspaceView>('POST', '/api/v1/workspaces', {name}),
		get: (id: string) => ask<WorkspaceView>('GET', `/api/v1/workspaces/${id}`),
		list: (query: string) => ask<unknown>('GET', `/api/v1/workspaces?${query}`),
		command: (id: string, command: 'start' | 'stop' | 'delete') =>
			command === 'delete'
				? ask<{operationId: string}>('DELETE', `/api/v1/workspaces/${id}`)
				: ask<{operationId: string}>('POST', `/api/v1/workspaces/${id}/${command}`),
		operation: (id: string) => ask<OperationView>('GET', `/api/v1/operations/${id}`),
		createJob: (input: object) => ask<{id: string}>('POST', '/api/v1/automation/jobs', input),
		runJob: (id: string) => ask<ExecutionView>('POST', `/api/v1/automation/jobs/${id}/run`),
		deleteJob: (id: string) => ask<undefined>('DELETE', `/api/v1/automation/jobs/${id}`),
		outputUrl: (executionId: string) => `${baseUrl}/api/v1/automation/executions/${executionId}/output?follow=true`,
		eventsUrl: (id: string) => `${baseUrl}/api/v1/workspaces/${id}/events?after=0`,
	};
}
