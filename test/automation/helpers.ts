import {randomBytes} from 'node:crypto';
import type {ExecutionView} from '../../src/automation/execution.schema.ts';
import type {JobView} from '../../src/automation/job-view.schema.ts';
import {connect} from '../../src/containers/docker/connect.ts';
import {dockerHost} from '../helpers/docker-world.ts';
import type {Installation} from '../helpers/installation.ts';

type Input = Record<string, unknown>;

/** What tests do with jobs, through the API. */
export const automationOf = (product: Installation) => {
	const {get, post, until} = product;
	const execution = async (id: string): Promise<ExecutionView> => (await get(`/automation/executions/${id}`)).body;
	const create = async (workspaceId: string, input: Input): Promise<JobView> => {
		const name = `job-${randomBytes(4).toString('hex')}`;
		const {status, body} = await post('/automation/jobs', {workspaceId, name, trigger: {kind: 'manual'}, ...input});
		if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
		return body;
	};
	const begin = async (workspaceId: string, input: Input): Promise<ExecutionView> => {
		const job = await create(workspaceId, input);
		return (await post(`/automation/jobs/${job.id}/run`)).body;
	};
	const ended = (id: string, seconds = 60): Promise<ExecutionView> =>
		until(`the end of execution ${id}`, seconds, async () => {
			const found = await execution(id);
			return found.finishedAt !== null && found;
		});

	return {
		create,
		execution,
		/** Makes a job for it, and runs that. */
		begin,
		ended,
		run: async (workspaceId: string, input: Input) => ended((await begin(workspaceId, input)).id),
		output: async (id: string): Promise<string> => (await get(`/automation/executions/${id}/output`)).body,

		/** The events of an output, until their end. */
		async *follow(id: string, after = 0): AsyncGenerator<{offset: number; text: string}> {
			const url = `${product.url}/api/v1/automation/executions/${id}/output?follow=true&after=${after}`;
			const response = await fetch(url);
			let held = '';
			for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
				held += chunk;
				const events = held.split('\n\n');
				held = events.pop()!;
				for (const event of events) {
					const data = /^data: (.*)$/m.exec(event)?.[1];
					if (data) yield JSON.parse(data);
				}
			}
		},

		/** How many processes in the workspace have such a command line. */
		async processes(workspaceId: string, command: string): Promise<number> {
			const script = `grep -lzx '${command.replaceAll(' ', '.')}' /proc/[0-9]*/cmdline | wc -l; for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $f; echo; done | grep -c '^${command} $'`;
			const {stdout} = (await post(`/workspaces/${workspaceId}/exec`, {command: ['sh', '-c', script]})).body;
			return Number(stdout.trim().split('\n').at(-1));
		},

		/** How many processes of an execution are there, whatever their session or command line. */
		async left(workspaceId: string, executionId: string): Promise<number> {
			const script = `grep -lszF 'AGENT_RUN_ID=${executionId}-' /proc/[0-9]*/environ | wc -l`;
			return Number((await post(`/workspaces/${workspaceId}/exec`, {command: ['sh', '-c', script]})).body.stdout);
		},

		/** Calls the webhook of a job, with a new key. */
		async call(jobId: string, payload: unknown): Promise<ExecutionView> {
			const {key} = (await post(`/automation/jobs/${jobId}/webhook-key`)).body;
			return (await post(`/automation/webhooks/${jobId}`, payload, {'x-api-key': key})).body;
		},

		/** Behind the manager's back. */
		async killContainer(workspaceId: string): Promise<void> {
			const docker = connect(dockerHost);
			const [found] = await docker.listContainers({filters: {name: [workspaceId]}});
			await docker.getContainer(found!.Id).kill();
		},
	};
};
