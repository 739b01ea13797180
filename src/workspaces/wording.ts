import {isErrorCode} from '../errors.ts';
import {en} from '../i18n/en.ts';
import {type Language, translate} from '../i18n/translate.ts';
import type {Failure} from './operation.schema.ts';
import type {WorkspaceEvent} from './workspace-event.entity.ts';
import type {Reason} from './workspace.schema.ts';

type StepName = keyof typeof en.steps;
type StatusName = keyof typeof en.statuses;
type ReasonName = keyof typeof en.reasons;
type CommandName = keyof typeof en.commands;
type KindName = keyof typeof en.operations.kinds;

/** A runtime may bring steps that have no words yet; their own name is better than nothing. */
export const nameOfStep = (step: string, language: Language): string =>
	step in en.steps ? translate(language, `steps.${step as StepName}`) : step;

export const describeFailure = ({code, params}: Failure, language: Language): string =>
	isErrorCode(code) ? translate(language, `errors.${code}.detail`, params) : code;

/** One entry of the durable log as a sentence. */
export const describeEvent = ({code, params}: WorkspaceEvent, language: Language): string => {
	const {kind, step, status, code: failure} = params;
	return translate(language, `events.${code}`, {
		...params,
		...(typeof kind === 'string' ? {kind: translate(language, `operations.kinds.${kind as KindName}`)} : {}),
		...(typeof step === 'string' ? {step: nameOfStep(step, language)} : {}),
		...(typeof status === 'string' ? {status: translate(language, `statuses.${status as StatusName}`)} : {}),
		...(typeof failure === 'string' ? {failure: describeFailure({code: failure, params: {}}, language)} : {}),
	});
};

/** Why something is as it is. `actor` is the name of who asked for it. */
export const describeReason = ({code, params}: Reason, actor: string | null, language: Language): string => {
	if (isErrorCode(code)) return describeFailure({code, params}, language);
	if (!(code in en.reasons)) return code;
	const {command} = params;
	return translate(language, `reasons.${code as ReasonName}`, {
		...params,
		actor: actor ?? translate(language, 'reasons.somebody'),
		...(typeof command === 'string' ? {command: translate(language, `commands.${command as CommandName}`)} : {}),
	});
};
