import type {EntityManager} from '@mikro-orm/postgresql';
import {v7 as uuid} from 'uuid';
import type {Actor} from '../access/actor.ts';
import {AppError, type FieldError} from '../errors.ts';
import {requireRevision} from '../http/revision.ts';
import {Team} from '../teams/team.entity.ts';
import {inTransaction} from '../transaction.ts';
import {User} from '../users/user.entity.ts';
import type {Workspace} from '../workspaces/workspace.entity.ts';
import {freesAt} from './frees-at.ts';
import {
	isShort,
	type QuotaLimits,
	type QuotaName,
	quotaNames,
	type QuotaSubject,
	type Shortage,
	subjectOf,
	whenRunning,
} from './quota.ts';
import {Quota} from './quota.entity.ts';
import {contentsOf, usageOf} from './usage.ts';

/** How much more is wanted of each. */
export type Wanted = Partial<Record<QuotaName, number>>;
/** Which fields of the request want it. */
export type WantedBy = Partial<Record<QuotaName, string>>;

export interface QuotaServiceDependencies {
	em: EntityManager;
	/** For whom nothing else was set. */
	defaults: Record<QuotaSubject['type'], QuotaLimits>;
}

/** What somebody may have, and has. */
export interface QuotaState {
	subject: QuotaSubject;
	limits: Record<QuotaName, number | null>;
	/** What of it was set for them; the rest is the configuration's. */
	set: QuotaLimits;
	used: Record<QuotaName, number>;
	revision: number;
}

export type QuotaService = ReturnType<typeof createQuotaService>;

/**
 * How much people and teams may have. Nothing counts along: whoever accepts something more locks those whom it counts for out of counting, counts what
 * there is, and compares. The order of locks is: people, teams, workspaces, quotas, the audit.
 */
export const createQuotaService = ({em, defaults}: QuotaServiceDependencies) => {
	const find = (own: EntityManager, {type, id}: QuotaSubject): Promise<Quota | null> =>
		own.findOne(Quota, type === 'user' ? {user: id} : {team: id});

	const limitsOf = (subject: QuotaSubject, quota: Quota | null): QuotaLimits => ({
		...defaults[subject.type],
		...quota?.limits,
	});

	/** All that there is too little room for, within the transaction that would take it up. None: the room is there until its commit. */
	const shortages = async (tx: EntityManager, subject: QuotaSubject, wanted: Wanted): Promise<Shortage[]> => {
		const limits = limitsOf(subject, await find(tx, subject));
		const limited = quotaNames.filter(name => wanted[name] !== undefined && (limits[name] ?? null) !== null);
		// Who has no limit waits for nobody.
		if (limited.length === 0) return [];
		await lock(tx, subject);
		// What is not written yet counts, too.
		await tx.flush();
		const used = await usageOf(tx, subject, limited);
		return limited
			.map(quota => ({quota, limit: limits[quota] ?? 0, used: used[quota], wanted: wanted[quota] ?? 0}))
			.filter(isShort);
	};

	const stateOf = async (subject: QuotaSubject): Promise<QuotaState> => {
		const quota = await find(em, subject);
		const limits = limitsOf(subject, quota);
		return {
			subject,
			limits: mapQuotas(name => limits[name] ?? null),
			set: quota?.limits ?? {},
			used: await usageOf(em, subject, quotaNames),
			revision: quota?.revision ?? 0,
		};
	};

	return {
		/**
		 * Makes sure that there is room for so much more, and keeps it until the end of the transaction. To be asked after the lock on the workspace, if
		 * there is one already, and before what it is for is made. Rejects with QUOTA_EXCEEDED{quota, limit, used, wanted, freesAt, subject}.
		 */
		async requireRoomIn(
			tx: EntityManager,
			subject: QuotaSubject,
			wanted: Wanted,
			wantedBy: WantedBy = {},
		): Promise<void> {
			const short = await shortages(tx, subject, wanted);
			const [first] = short;
			if (!first) return;
			const at = await freesAt(tx, subject, first.quota);
			throw exceeded(first, subject, at, fieldsOf(short, wantedBy));
		},

		/** The same for a workspace that comes from somebody else, under its lock, with all that is in it. Rejects with QUOTA_EXCEEDED. */
		async requireRoomToMove(tx: EntityManager, workspace: Workspace, to: QuotaSubject): Promise<void> {
			const from = subjectOf(workspace);
			if (from.type === to.type && from.id === to.id) return;
			const running = workspace.desired === 'running' ? whenRunning(workspace) : {};
			const wanted = {workspaces: 1, diskMiB: workspace.heldMiB(), ...running, ...(await contentsOf(tx, workspace.id))};
			await this.requireRoomIn(tx, to, wanted, {workspaces: 'teamId'});
		},

		/** The same for whom nobody waits: answers what there is too little of; null: there is room. */
		async shortageIn(tx: EntityManager, subject: QuotaSubject, wanted: Wanted): Promise<Shortage | null> {
			return (await shortages(tx, subject, wanted))[0] ?? null;
		},

		/** Limits and what is used of them. Rejects with USER_NOT_FOUND, TEAM_NOT_FOUND. */
		async get(subject: QuotaSubject): Promise<QuotaState> {
			await requireSubject(em, subject);
			return stateOf(subject);
		},

		/**
		 * Sets all limits at once; what is left out is the configuration's from now on. What there is already stays, also beyond a limit. Rejects with
		 * USER_NOT_FOUND, TEAM_NOT_FOUND, REVISION_CONFLICT.
		 */
		async set(actor: Actor, subject: QuotaSubject, limits: QuotaLimits, revision: number | null): Promise<QuotaState> {
			await inTransaction(em, async tx => {
				await requireSubject(tx, subject);
				// Two who set a first limit at once.
				await lock(tx, subject);
				const known = await find(tx, subject);
				requireRevision(revision, known?.revision ?? 0);
				const change = {limits, updatedAt: new Date(), updatedBy: actor.id};
				if (known) tx.assign(known, change, {mergeObjectProperties: false});
				else tx.create(Quota, {id: uuid(), ...idsOf(subject), ...change});
			});
			return stateOf(subject);
		},
	};
};

/**
 * Whoever counts for somebody counts alone. It is a lock of its own, and the last but the audit's: a lock on the person's or team's row would have to be taken before the
 * workspace's.
 */
const lock = (tx: EntityManager, {type, id}: QuotaSubject): Promise<unknown> =>
	tx.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`quota of ${type} ${id}`]);

const idsOf = ({type, id}: QuotaSubject) => (type === 'user' ? {user: id, team: null} : {user: null, team: id});

const requireSubject = async (own: EntityManager, {type, id}: QuotaSubject): Promise<void> => {
	const found = type === 'user' ? await own.count(User, {id}) : await own.count(Team, {id, deletedAt: null});
	if (found === 0) throw new AppError(type === 'user' ? 'USER_NOT_FOUND' : 'TEAM_NOT_FOUND');
};

const mapQuotas = <Value>(valueOf: (name: QuotaName) => Value): Record<QuotaName, Value> =>
	Object.fromEntries(quotaNames.map(name => [name, valueOf(name)])) as Record<QuotaName, Value>;

const exceeded = (shortage: Shortage, subject: QuotaSubject, at: Date | null, fields: FieldError[]): AppError =>
	new AppError(
		'QUOTA_EXCEEDED',
		{...shortage, freesAt: at?.toISOString() ?? null, subject: subject.type},
		fields.length === 0 ? {} : {fields},
	);

const fieldsOf = (short: readonly Shortage[], wantedBy: WantedBy): FieldError[] =>
	short.flatMap(({quota}) => {
		const path = wantedBy[quota];
		return path === undefined ? [] : [{path, code: 'QUOTA_EXCEEDED'}];
	});
