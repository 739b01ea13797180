import type {EntityManager} from '@mikro-orm/postgresql';
import type {Actor, Grant} from '../access/actor.ts';
import {allows, type Operation, ruleOf} from '../access/permissions.ts';
import type {Roles} from '../access/roles.ts';
import {AppError, type ErrorCode} from '../errors.ts';
import type {Logger} from '../logger.ts';
import {storableJson} from '../storable-text.ts';
import {inTransaction, type Witness, witnessed} from '../transaction.ts';
import type {Outcome} from './audit.schema.ts';
import {type Change, type ChangeCollector, createChangeCollector} from './changes.ts';

/** What a request is about to do, as far as it is known. */
export interface Act {
	/** null: somebody with the key of a webhook. */
	actor: Actor | null;
	operation: Operation;
	/** It is to change something, so that its success is told of, too. */
	isChange: boolean;
	/** The workspace or team that its permission was asked for. */
	subjectId: string | null;
	target: {type: string; id: string | null};
	requestId: string;
	address: string | null;
}

export type AuditTrail = ReturnType<typeof createAuditTrail>;

/** Writes down what people do: every change in the transaction that makes it, so that neither is there without the other. */
export const createAuditTrail = ({em, roles}: {em: EntityManager; roles: Roles}) => {
	const isOnlyForAdministrators = async ({actor, operation, subjectId}: Act): Promise<boolean> => {
		if (actor?.platformRole !== 'admin') return false;
		const asMember = {...actor, platformRole: 'member'} as const;
		const rule = ruleOf(operation);
		if (subjectId === null || !('workspace' in rule || 'team' in rule)) return !allows(operation, asMember, null);
		const own =
			'workspace' in rule
				? await roles.inWorkspaces(asMember, [subjectId])
				: await roles.inTeams(asMember, [subjectId]);
		return !allows(operation, asMember, own.get(subjectId) ?? null);
	};

	const witness = (actOf: () => Act | null) => {
		let changes = createChangeCollector();
		let asAdministrator: Promise<boolean> | null = null;
		const state = {
			/** Transactions that reached their commit. */
			transactions: 0,
			/** What still runs once a request is answered is not its doing. */
			isOver: false,
			/** Asked before anything changes: the act may be one that gives a role. */
			asAdministrator: (act: Act) => (asAdministrator ??= isOnlyForAdministrators(act)),
		};
		const watching: Witness = {
			async begins() {
				changes = createChangeCollector();
				const act = state.isOver ? null : actOf();
				if (act?.isChange) await state.asAdministrator(act);
			},
			flushed: changeSets => changeSets.forEach(changes.add),
			async commits(tx) {
				const act = state.isOver ? null : actOf();
				if (!act?.isChange) return;
				state.transactions += 1;
				const event = toEvent(act, changes, await state.asAdministrator(act));
				await tx.execute(insert(ifWritten), [storableJson(event)]);
			},
		};
		return {watching, state};
	};

	/** Bounded: a refusal that repeats within a minute is told of once, and so many are of anybody. */
	const refused = async (act: Act, code: ErrorCode, asAdministrator: boolean): Promise<void> => {
		const event = {...toEvent(act, createChangeCollector(), asAdministrator), outcome: 'refused', error_code: code};
		const json = storableJson(event);
		// Without a lock: who is refused all day long holds nobody up.
		const [first] = await em.fork().execute<{is_new: boolean}[]>(`select ${ifNew} as is_new from ${record}`, [json]);
		if (!first?.is_new) return;
		await inTransaction(em, async tx => {
			await tx.execute('select 1 from audit_head for update');
			await tx.execute(insert(ifNew), [json]);
		});
	};

	return {
		/**
		 * Does the work of a request. Each of its transactions that writes gets an event, as the last thing before its commit; a change that needs no
		 * transaction gets one afterwards. Where it is refused that is noted down after the rollback, as well as possible. `actOf` is asked when there is something
		 * to tell; null: it is not known who does what. Rejects with what the work rejects with.
		 */
		async watch(actOf: () => Act | null, log: Logger, work: () => Promise<void>): Promise<void> {
			const {watching, state} = witness(actOf);
			try {
				await witnessed(watching, work);
				const act = actOf();
				if (!act?.isChange || state.transactions > 0) return;
				const event = toEvent(act, createChangeCollector(), await state.asAdministrator(act));
				await inTransaction(em, tx => tx.execute(insert('true'), [storableJson(event)]));
			} catch (error) {
				const act = actOf();
				if (act?.actor && state.transactions === 0 && error instanceof AppError && isRefusal(act, error)) {
					await state
						.asAdministrator(act)
						.then(asAdministrator => refused(act, error.code, asAdministrator))
						.catch((failure: unknown) =>
							log.warn({err: failure, code: error.code}, 'a refusal is not in the audit trail'),
						);
				}
				throw error;
			} finally {
				state.isOver = true;
			}
		},
	};
};

/** A mistake in a request, or in how it was sent, is not an attempt at anything. */
const mistakes = new Set<ErrorCode>([
	'VALIDATION_FAILED',
	'INVALID_JSON',
	'IDEMPOTENCY_IN_PROGRESS',
	'IDEMPOTENCY_KEY_INVALID',
	'IDEMPOTENCY_KEY_REUSED',
	'IDEMPOTENCY_NOT_SUPPORTED',
]);

const isRefusal = ({isChange}: Act, {status, code}: AppError): boolean => {
	if (status === 403) return true;
	return isChange && status >= 400 && status < 500 && ![401, 404, 429].includes(status) && !mistakes.has(code);
};

const toEvent = (act: Act, changes: ChangeCollector, asAdministrator: boolean) => {
	const {actor, operation, subjectId, target} = act;
	const rule = ruleOf(operation);
	const {workspaceId, teamId} = changes.scope();
	const grant: Grant | null = actor?.grant ?? null;
	return {
		actor_id: actor?.id ?? null,
		actor_name: actor?.name ?? null,
		on_behalf_of: grant?.workspaceId ? actor?.id : null,
		credential: grant,
		action: operation,
		target_type: target.type,
		target_id: target.id ?? changes.createdId(target.type),
		workspace_id: 'workspace' in rule ? (subjectId ?? workspaceId) : workspaceId,
		team_id: 'team' in rule ? (subjectId ?? teamId) : teamId,
		outcome: 'succeeded' as Outcome,
		error_code: null as ErrorCode | null,
		as_administrator: asAdministrator,
		changes: changes.list() satisfies Change[],
		request_id: act.requestId,
		address: act.address,
	};
};

const columns = `actor_id, actor_name, on_behalf_of, credential, action, target_type, target_id, workspace_id, team_id,
	outcome, error_code, as_administrator, changes, request_id, address`;
const record = `jsonb_to_record(?::jsonb) as r(actor_id uuid, actor_name text, on_behalf_of uuid, credential jsonb, action text,
	target_type text, target_id text, workspace_id uuid, team_id uuid, outcome text, error_code text, as_administrator boolean,
	changes jsonb, request_id text, address text)`;
const insert = (condition: string): string => `
	insert into audit_event (${columns})
	select ${columns.replace('team_id', 'coalesce(r.team_id, (select w.team_id from workspace w where w.id = r.workspace_id))')}
	from ${record} where ${condition}`;

/** A transaction that has locked and written nothing has no number: the answer that it read was given before. */
const ifWritten = 'pg_current_xact_id_if_assigned() is not null';
/** So many refusals of one person in a minute are enough to see what they try. */
const MOST_REFUSALS = 60;
const ifNew = `(
	select count(*) < ${MOST_REFUSALS} and not coalesce(bool_or(e.action = r.action and e.error_code = r.error_code
		and e.target_type = r.target_type and e.target_id is not distinct from r.target_id), false)
	from audit_event e
	where e.actor_id = r.actor_id and e.outcome = 'refused' and e.at > now() - interval '1 minute')`;
