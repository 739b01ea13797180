import {attemptLimit} from '../errors.ts';
import {type Language, translate} from '../i18n/translate.ts';
import type {ExplanationView} from './explanation.schema.ts';
import type {Facts} from './explanation.service.ts';
import type {Operation} from './operation.entity.ts';
import {currentStep, describeOperation} from './operation.view.ts';
import {repairDecision} from './repair.ts';
import {isPastReturn} from './step-work.ts';
import {describeReason} from './wording.ts';
import type {Workspace} from './workspace.entity.ts';
import {isPersistent} from './workspace-lifecycle.ts';

type Next = ExplanationView['next'][number];

/** What the API says of a workspace when it is asked why: the facts, and the same in the reader's language. */
export const viewExplanation = (facts: Facts, language: Language): ExplanationView => {
	const {workspace, running, queued} = facts;
	const view = {
		workspaceId: workspace.id,
		wanted: workspace.desired,
		status: workspace.status,
		since: facts.since.toISOString(),
		seen: {
			state: workspace.observed,
			since: workspace.observedAt?.toISOString() ?? null,
			confirmedAt: facts.confirmedAt?.toISOString() ?? null,
			exitCode: workspace.exitCode,
			reason: workspace.observedReason,
		},
		because: {actor: actorOf(facts), reason: workspace.reason},
		operation: running && viewRunning(workspace, running),
		queue: queued.map(({id, kind, reason}) => ({id, kind, reason})),
		next: whatComes(facts),
	};
	return {...view, sentences: inWords(view, running, language)};
};

/** Only what a person asked for has one. */
const actorOf = ({workspace, actor}: Facts) =>
	actor && workspace.reason.code === 'user' ? {id: actor.id, name: actor.name} : null;

const viewRunning = (workspace: Workspace, operation: Operation): NonNullable<ExplanationView['operation']> => {
	const step = currentStep(operation);
	const isBeingUndone = operation.isBeingUndone();
	const isTriedForEver = isBeingUndone || isPersistent(operation.kind) || isPastReturn(workspace, operation);
	return {
		id: operation.id,
		kind: operation.kind,
		isBeingUndone,
		step: step?.name ?? null,
		attempt: step?.attempt ?? 0,
		of: step?.error && !isTriedForEver ? attemptLimit(step.error.code) : null,
		lastError: step?.error ?? null,
		nextTryAt: step?.nextTryAt ?? null,
	};
};

/** The transitions that nobody needs to ask for, the nearest first. */
const whatComes = ({workspace, leases}: Facts): Next[] => {
	const next: Next[] = [];
	const add = (action: Next['action'], at: Date, cause: Next['cause'], holder: string | null = null) =>
		next.push({action, at: at.toISOString(), cause, holder});
	const autostop = workspace.autostop(leases);
	if (autostop) add('stop', autostop.at, autostop.lease ? 'lease' : 'autostop', autostop.lease?.kind() ?? null);
	const diskStopsAt = workspace.diskStopsAt();
	if (diskStopsAt) add('stop', diskStopsAt, 'diskLimit');
	const deletesAt = workspace.deletesAt();
	if (deletesAt) add('delete', deletesAt, 'ttl');
	const repair = repairDecision(workspace, Date.now());
	if (repair.kind === 'wait') add('start', repair.until, 'drift');
	return next.toSorted((a, b) => a.at.localeCompare(b.at));
};

const inWords = (
	{wanted, status, since, seen, because, operation, queue, next}: Omit<ExplanationView, 'sentences'>,
	running: Operation | null,
	language: Language,
): string[] => {
	const say = (key: Parameters<typeof translate>[1], params: Parameters<typeof translate>[2] = {}) =>
		translate(language, key, params);
	const state = say(`explanation.seen.${seen.state}`, {exitCode: seen.exitCode});
	return [
		say(`explanation.wanted.${wanted}`),
		seen.since ? say('explanation.saw', {state, at: seen.since}) : say('explanation.sawNothing'),
		say('explanation.status', {
			status: say(`statuses.${status}`),
			since,
			reason: describeReason(because.reason, because.actor?.name ?? null, language),
		}),
		...(running ? [describeOperation(running, language)] : []),
		...(operation?.nextTryAt ? [say('explanation.nextTry', {at: operation.nextTryAt})] : []),
		...queue.map(({kind}) => say('explanation.queued', {kind: say(`operations.kinds.${kind}`)})),
		...next.map(({action, at, cause, holder}) => {
			if (cause === 'diskLimit') return say('explanation.next.diskLimit', {at});
			if (cause === 'lease') return say('explanation.next.lease', {at, holder});
			return say(`explanation.next.${action}`, {at});
		}),
		...(running || queue.length > 0 || next.length > 0 ? [] : [say('explanation.next.nothing')]),
	];
};
