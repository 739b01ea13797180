import {setTimeout as pause} from 'node:timers/promises';
import type {ContainerRuntime} from '../../containers/container-runtime.ts';
import type {EntityManager} from '@mikro-orm/postgresql';
import {AppError, attemptLimit} from '../../errors.ts';
import type {SecretService} from '../../secrets/secret.service.ts';
import type {Execution} from '../execution.entity.ts';
import {RENEW_MS} from '../../workspaces/hold-lease.ts';
import type {RunEnd} from '../agents/verdict.ts';
import type {RunRef} from '../automation.contract.ts';
import type {ExecutionJournal, Verdict} from '../execution-journal.service.ts';
import type {ExecutionOutputService} from '../execution-output.service.ts';
import {Job} from '../job.entity.ts';
import {type Changes, readChanges} from '../supervisor/changes.ts';
import type {RunState} from '../supervisor/run-state.ts';
import {type Supervisor, treeOf} from '../supervisor/supervisor.ts';
import {batched} from './batched.ts';
import {judge} from './judge.ts';
import {prepareRun} from './launch.ts';

/** What an attempt may write. */
const MAX_OUTPUT_MIB = 64;
/** Between two looks at what will not die. */
const LONGEST_PAUSE_MS = 30_000;

/** How an attempt ended, and what it changed. */
export interface EndedRun {
	end: RunEnd;
	changes: Changes;
}

export interface RunServiceDependencies {
	em: EntityManager;
	secrets: SecretService;
	runtime: ContainerRuntime;
	supervisor: Supervisor;
	executionJournal: ExecutionJournal;
	executionOutput: ExecutionOutputService;
}

export type RunService = ReturnType<typeof createRunService>;

/** The attempts of executions in their containers. Everything may be repeated, by another worker, too. */
export const createRunService = (services: RunServiceDependencies) => {
	const {em, secrets, runtime, supervisor, executionJournal, executionOutput} = services;
	/**
	 * `started`: its process is there, or was. `notNow`: the container is not. `over`: it shall not, or can not, be started, and that is written down.
	 * Rejects with what another try can mend; `tries` says which this is, from 1.
	 */
	const start = async (run: RunRef, tries: number, signal: AbortSignal): Promise<'started' | 'notNow' | 'over'> => {
		const execution = await executionJournal.read(run.executionId);
		try {
			if (execution.status === 'running' && execution.attempt === run.attempt)
				return await rejoin(run, execution, signal);
			const {createdBy} = await em.fork().findOneOrFail(Job, {id: execution.job}, {fields: ['createdBy']});
			const prepared = await prepareRun(execution, {id: runIdOf(run), userId: createdBy, secrets});
			const {sessionId, ...supervised} = prepared;
			await supervisor.start(run.workspaceId, {...supervised, maxOutputBytes: MAX_OUTPUT_MIB * 2 ** 20}, signal);
			if (await executionJournal.started(run, sessionId)) return 'started';
			await supervisor.stop(run.workspaceId, runIdOf(run), signal);
			return 'over';
		} catch (error) {
			if (!(error instanceof AppError) || signal.aborted) throw error;
			if (error.code === 'CONTAINER_NOT_FOUND') return 'notNow';
			const limit = attemptLimit(error.code);
			if (limit === null || tries < limit) throw error;
			await executionJournal.finish(run, notStarted(error), Number(execution.attemptOffset));
			return 'over';
		}
	};

	/** Its process was there before, and is never started again, whatever became of its files. One that shall end is told once more. */
	const rejoin = async (run: RunRef, {cancelReason}: Execution, signal: AbortSignal): Promise<'started'> => {
		if (cancelReason) await supervisor.stop(run.workspaceId, runIdOf(run), signal);
		return 'started';
	};

	/** Stores what it writes, until it has ended and nothing of it is left. */
	const follow = async (run: RunRef, signal: AbortSignal): Promise<EndedRun> => {
		const runId = runIdOf(run);
		const {attemptOffset} = await executionJournal.read(run.executionId);
		const base = Number(attemptOffset);
		const renewing = setInterval(() => void executionJournal.renewLease(run).catch(() => {}), RENEW_MS);
		try {
			for (;;) {
				const failure = await store(run, base, signal);
				const state = await supervisor.state(run.workspaceId, runId, signal);
				if (state.state !== 'running') {
					await endAll(run, signal);
					return await gather(run, state, signal);
				}
				if (failure) throw failure;
			}
		} catch (error) {
			if (error instanceof AppError && error.code === 'CONTAINER_NOT_FOUND') return goneWithContainer(run, signal);
			throw error;
		} finally {
			clearInterval(renewing);
		}
	};

	/** Until it has ended. Answers what it could not be followed for. */
	const store = async (run: RunRef, base: number, signal: AbortSignal): Promise<AppError | null> => {
		let next = await executionOutput.size(run.executionId);
		const output = supervisor.follow(run.workspaceId, runIdOf(run), next - base, signal);
		try {
			for await (const bytes of batched(output)) {
				await executionOutput.append(run.executionId, next, bytes);
				next += bytes.length;
			}
			return null;
		} catch (error) {
			// Somebody may have removed its files: its state will tell.
			if (error instanceof AppError && error.code === 'COMMAND_FAILED') return error;
			throw error;
		}
	};

	/**
	 * A run that nobody watches over may go on, and files in its reach prove nothing: it has ended when no process of it is found. Until then it is
	 * under way, and says why.
	 */
	const endAll = async (run: RunRef, signal: AbortSignal): Promise<void> => {
		for (let pauseMs = 1000; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
			const left = await supervisor.clear(run.workspaceId, runIdOf(run), signal);
			if (left === 0) return;
			await executionJournal.notEnded(run, left);
			await pause(pauseMs, undefined, {signal}).catch(() => signal.throwIfAborted());
		}
	};

	const gather = async (run: RunRef, state: RunState, signal: AbortSignal): Promise<EndedRun> => {
		const runId = runIdOf(run);
		const changes = await readChanges(runtime, run.workspaceId, treeOf(runId), signal);
		const errorTail = await supervisor.errorTail(run.workspaceId, runId, signal);
		if (state.state !== 'exited') return {end: {...lost, errorTail}, changes};
		const {exitCode, cause, oomKills} = state;
		return {end: {exitCode, cause, outOfMemory: oomKills > 0, errorTail}, changes};
	};

	const goneWithContainer = async ({workspaceId}: RunRef, signal: AbortSignal): Promise<EndedRun> => {
		const {reason} = await runtime.inspect(workspaceId, signal);
		const changes = {filesChanged: null, diffStat: null};
		return {end: {...lost, outOfMemory: reason === 'outOfMemory'}, changes};
	};

	return {
		start,
		follow,

		/** Ends it; whoever follows it sees it end. A container that is gone has ended it. */
		async stop(run: RunRef, signal: AbortSignal): Promise<void> {
			try {
				await supervisor.stop(run.workspaceId, runIdOf(run), signal);
			} catch (error) {
				if (!(error instanceof AppError && error.code === 'CONTAINER_NOT_FOUND')) throw error;
			}
		},

		/** Writes down what came of it: the execution is final, or tried again. */
		async finish(run: RunRef, ended: EndedRun): Promise<void> {
			const execution = await executionJournal.read(run.executionId);
			const verdict = judge(
				execution,
				ended,
				await executionOutput.text(execution.id, Number(execution.attemptOffset)),
			);
			await executionJournal.finish(run, verdict, await executionOutput.size(run.executionId));
		},
	};
};

const lost: RunEnd = {exitCode: null, cause: 'lost', outOfMemory: false, errorTail: ''};

/** What is known of an attempt that could not be followed to its end. */
export const lostRun: EndedRun = {end: lost, changes: {filesChanged: null, diffStat: null}};

/** Each attempt is a run of its own in the container. */
const runIdOf = ({executionId, attempt}: RunRef): string => `${executionId}-${attempt}`;

const notStarted = ({code, params}: AppError): Verdict => ({
	status: 'failed',
	reason: {code, params},
	isRetryable: false,
	resumes: null,
	exitCode: null,
	sessionId: null,
	result: {text: null, turns: null, costUsd: null, tokens: null, filesChanged: null, diffStat: null},
});
