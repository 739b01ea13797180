import {type EntityManager, type FilterQuery, raw} from '@mikro-orm/postgresql';
import type {Actor} from '../access/actor.ts';
import {sortOrder, toWindow} from '../http/page.ts';
import {AuditEvent} from './audit-event.entity.ts';
import type {ListAudit} from './audit.schema.ts';

/** What a verification found. */
export interface Verification {
	/** How many rows, from the one that it began with, are as they were written. */
	verified: number;
	intact: boolean;
	/** The first that was changed or removed. */
	firstBroken: number | null;
	/** Where to go on; null: it came to the end, or to what is broken. */
	next: number | null;
	/** The last row of the chain. Noted down elsewhere it proves that all up to it is as it was. */
	head: {number: number; hash: string};
}

const BATCH = 10_000;
/** So long one request verifies. */
const DEADLINE_MS = 5000;

export type AuditService = ReturnType<typeof createAuditService>;

/** Reads the audit trail, and checks that nobody has changed it. */
export const createAuditService = ({em}: {em: EntityManager}) => ({
	/** One page of what concerns the actor, newest first unless asked otherwise, and how many there are in all. */
	list(actor: Actor, query: ListAudit): Promise<[AuditEvent[], number]> {
		const where: FilterQuery<AuditEvent>[] = [visibleEvents(actor)];
		if (query.actor) where.push({actorId: query.actor});
		if (query.action) where.push({action: query.action});
		if (query.outcome) where.push({outcome: query.outcome});
		if (query.target) where.push(aboutTarget(query.target));
		if (query.from) where.push({at: {$gte: new Date(query.from)}});
		if (query.to) where.push({at: {$lt: new Date(query.to)}});
		const {direction} = sortOrder(query.sort);
		return em.findAndCount(AuditEvent, {$and: where}, {...toWindow(query), orderBy: {number: direction}});
	},

	/** Walks the chain from a number on, for some seconds, or until the first row that is not as it was written. */
	async verify(from: number, {deadline = Date.now() + DEADLINE_MS, batch = BATCH} = {}): Promise<Verification> {
		const own = em.fork();
		const [end] = await own.execute<{number: string; hash: string; last: string | null}[]>(chainEnd);
		const head = {number: Number(end?.number ?? 0), hash: end?.hash ?? ''};
		const last = Math.max(head.number, Number(end?.last ?? 0));
		const broken = (at: number): Verification => ({
			verified: Math.max(0, at - from),
			intact: false,
			firstBroken: at,
			next: null,
			head,
		});
		let hash = await hashOf(own, from - 1);
		if (hash === null) return from - 1 > head.number ? nothing(head) : broken(from - 1);
		let at = from;
		while (at <= last) {
			if (at > from && Date.now() > deadline)
				return {verified: at - from, intact: true, firstBroken: null, next: at, head};
			const until = Math.min(at + batch - 1, last);
			const [found] = await own.execute<{rows: number; broken: string | null}[]>(walk, [at - 1, hash, at, until]);
			if (found?.broken) return broken(Number(found.broken));
			// What is left out at the end of a batch has no row after it that would show the gap.
			if (!found || found.rows < until - at + 1) return broken(at + (found?.rows ?? 0));
			hash = (await hashOf(own, until)) ?? '';
			at = until + 1;
		}
		if (last > head.number) return broken(head.number + 1);
		if (from <= head.number && hash !== head.hash) return broken(head.number);
		return {verified: Math.max(0, last - from + 1), intact: true, firstBroken: null, next: null, head};
	},
});

const nothing = (head: Verification['head']): Verification => ({
	verified: 0,
	intact: true,
	firstBroken: null,
	next: null,
	head,
});

/** Of the row with that number; null: there is none. Before the first: zeros. */
const hashOf = async (em: EntityManager, number: number): Promise<string | null> => {
	if (number === 0) return '0'.repeat(64);
	const [row] = await em.execute<{hash: string}[]>('select hash from audit_event where number = ?', [number]);
	return row?.hash ?? null;
};

const chainEnd = 'select number, hash, (select max(number) from audit_event) as last from audit_head';

/** The first number of a part of the chain at which something is wrong: it is missing, does not follow the one before, or is not what its hash says. */
const walk = `
	with before(number, hash) as (select ?::bigint, ?::text)
	select count(*)::int as rows, min(broken) as broken from (
		select case
			when e.number <> coalesce(lag(e.number) over w, before.number) + 1 then coalesce(lag(e.number) over w, before.number) + 1
			when e.previous_hash <> coalesce(lag(e.hash) over w, before.hash) or e.hash <> audit_event_digest(e) then e.number
		end as broken
		from audit_event e, before where e.number between ? and ? window w as (order by e.number)
	) as checked`;

/** Administrators see everything, owners of teams what concerns those, everybody what they did; a credential of a workspace only what concerns that. */
const visibleEvents = ({id, platformRole, grant}: Actor): FilterQuery<AuditEvent> => {
	const within = grant?.workspaceId ? {workspaceId: grant.workspaceId} : {};
	if (platformRole === 'admin') return within;
	const ofTeams = {
		$or: [
			{actorId: id},
			{teamId: {$in: raw(`(${ownTeams})`, [id])}},
			{workspaceId: {$in: raw(`(select w.id from workspace w where w.team_id in (${ownTeams}))`, [id])}},
		],
	} as FilterQuery<AuditEvent>;
	return {$and: [ofTeams, within]};
};

const ownTeams = `select m.team_id from team_member m join team t on t.id = m.team_id
	where m.user_id = ? and m.role = 'owner' and t.deleted_at is null`;

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** It, and what belongs to it. */
const aboutTarget = (target: string): FilterQuery<AuditEvent> =>
	uuid.test(target)
		? {$or: [{targetId: target.toLowerCase()}, {workspaceId: target}, {teamId: target}]}
		: {targetId: target};
