import {randomBytes} from 'node:crypto';
import type {AgentAdapter, LaunchRequest} from '../../src/automation/agents/agent-adapter.ts';
import {AgentOptions} from '../../src/automation/agents/agent-options.schema.ts';
import type {RunState} from '../../src/automation/supervisor/run-state.ts';
import type {RunEnd} from '../../src/automation/agents/verdict.ts';
import {renderEnvFile} from '../../src/automation/supervisor/env-file.ts';
import {type ModelApi, startModelApi} from '../rigs/model-api/start-model-api.ts';
import {type BoxOptions, startBox} from './box.ts';
import {installSupervisor} from './supervisor.ts';

interface AgentRequest {
	/** Of the model API. */
	scenario: string;
	options?: Record<string, unknown>;
	execution?: string;
	attempt?: number;
	model?: string | null;
	resume?: string | null;
	baseUrl?: string;
	token?: string;
	/** Where it works; of its own by default. */
	workdir?: string;
	/** On top of the launch's. */
	env?: Record<string, string>;
	timeoutSeconds?: number;
}

export type AgentBox = Awaited<ReturnType<typeof startAgentBox>>;

/** A container in which the real command lines run against a model that does what it is told. */
export const startAgentBox = async (options: BoxOptions = {}) => {
	const box = await startBox({memoryMiB: 2048, ...options});
	const supervisor = await installSupervisor(box);
	const modelApi = await startModelApi((command, stdin) => box.run(command, stdin === undefined ? {} : {stdin}));

	const enter = createGate(3);

	/** Starts an agent as the product does, and returns what can be asked about it. */
	const start = async (adapter: AgentAdapter, request: AgentRequest) => {
		const leave = await enter();
		const execution = request.execution ?? randomBytes(4).toString('hex');
		const attempt = request.attempt ?? 1;
		const run = `${execution}-${attempt}`;
		const folder = `/home/developer/.executions/${execution}`;
		const workdir = request.workdir ?? `/tmp/work-${execution}`;
		const launch = adapter.launch(launchRequest(modelApi, {...request, execution, attempt}, folder));
		for (const {path, content} of launch.files) await supervisor.write(`${folder}/${path}`, content);
		await supervisor.write(`${folder}/prompt`, launch.stdin);
		await supervisor.write(`/dev/shm/${run}`, renderEnvFile({...launch.env, ...launch.secretEnv, ...request.env}));
		await box.run(['mkdir', '-p', workdir]);
		const flags = ['-w', workdir, '-i', `${folder}/prompt`, '-e', `/dev/shm/${run}`, '-g', '5'];
		const limit = ['-t', String(request.timeoutSeconds ?? 100)];
		const began = Date.now();
		await supervisor.start(run, [...flags, ...limit], ...launch.command);
		return {
			run,
			execution,
			launch,
			read: async () => adapter.read(await supervisor.output(run)),
			output: () => supervisor.output(run),
			file: async (name: string) => (await box.run(['cat', `${workdir}/${name}`])).stdout,
			/** Its verdict, once it has ended. */
			async ended() {
				const end = endOf(await supervisor.ended(run, 110), await supervisor.errors(run));
				leave();
				const output = await supervisor.output(run);
				return {...adapter.verdict(output, end), end, ms: Date.now() - began, transcript: adapter.read(output), output};
			},
		};
	};
	return {
		box,
		supervisor,
		modelApi,
		start,
		run: async (adapter: AgentAdapter, request: AgentRequest) => {
			const run = await start(adapter, request);
			return {...run, ...(await run.ended())};
		},
	};
};

/** So many at once; the others wait: what a busy machine does is no failure of an agent. */
const createGate = (places: number) => {
	const waiting: (() => void)[] = [];
	let free = places;
	const leave = () => {
		free++;
		waiting.shift()?.();
	};
	return async (): Promise<() => void> => {
		while (free === 0) await new Promise<void>(resolve => waiting.push(resolve));
		free--;
		return leave;
	};
};

const launchRequest = (
	modelApi: ModelApi,
	request: AgentRequest & {execution: string; attempt: number},
	folder: string,
): LaunchRequest => ({
	executionId: request.execution,
	attempt: request.attempt,
	prompt: `[[scenario:${request.scenario}]] Do it.`,
	model: request.model ?? null,
	options: AgentOptions.parse(request.options ?? {}),
	credentials: {baseUrl: request.baseUrl ?? modelApi.url, token: request.token ?? 'a-token'},
	resume: request.resume ?? null,
	folder,
});

const endOf = (state: RunState, errors: string): RunEnd => {
	const errorTail = errors.slice(-4000);
	if (state.state !== 'exited') return {exitCode: null, cause: 'lost', outOfMemory: false, errorTail};
	return {exitCode: state.exitCode, cause: state.cause, outOfMemory: state.oomKills > 0, errorTail};
};
