import {isErrorCode} from '../errors.ts';
import {type Language, translate} from '../i18n/translate.ts';
import {isAudited} from './actions.ts';
import type {AuditEvent} from './audit-event.entity.ts';
import type {AuditEventView} from './audit.schema.ts';

/** What the API shows of an audit event, in the reader's language. */
export const viewAuditEvent = (event: AuditEvent, language: Language): AuditEventView => ({
	number: event.number,
	at: event.at.toISOString(),
	actor: event.actorId === null ? null : {id: event.actorId, name: event.actorName ?? ''},
	onBehalfOf: event.onBehalfOf,
	credential: event.credential && {
		operations: [...event.credential.operations],
		workspaceId: event.credential.workspaceId,
	},
	action: event.action,
	target: {type: event.targetType, id: event.targetId},
	workspaceId: event.workspaceId,
	teamId: event.teamId,
	outcome: event.outcome,
	errorCode: event.errorCode,
	asAdministrator: event.asAdministrator,
	changes: event.changes,
	requestId: event.requestId,
	address: event.address,
	message: describe(event, language),
	hash: event.hash,
});

const describe = (event: AuditEvent, language: Language): string => {
	const {action, errorCode} = event;
	const actor = event.actorName ?? translate(language, 'audit.webhook');
	const what = isAudited(action) ? translate(language, `auditActions.${action}`) : action;
	const why = errorCode && isErrorCode(errorCode) ? translate(language, `errors.${errorCode}.title`) : errorCode;
	const who = event.onBehalfOf === null ? actor : translate(language, 'audit.program', {actor});
	const sentence = translate(language, event.asAdministrator ? 'audit.byAdministrator' : 'audit.by', {who, what});
	return event.outcome === 'refused' ? translate(language, 'audit.refused', {sentence, why}) : sentence;
};
