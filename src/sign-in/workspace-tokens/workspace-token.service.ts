import type {EntityManager} from '@mikro-orm/postgresql';
import type {Actor, PlatformRole} from '../../access/actor.ts';
import {allows, type WorkspaceRole} from '../../access/permissions.ts';
import {AppError} from '../../errors.ts';
import type {Language} from '../../i18n/translate.ts';
import {desiredAfterAccepting, type DesiredState, operationKinds} from '../../workspaces/workspace-lifecycle.ts';
import {type Claims, createWorkspaceTokenSigner} from './workspace-token.ts';
import type {CreateWorkspaceToken} from './workspace-token.schema.ts';

export type WorkspaceTokenService = ReturnType<typeof createWorkspaceTokenService>;

export interface WorkspaceTokenServiceDependencies {
	em: EntityManager;
	secretKey: string | undefined;
}

/**
 * Tokens for programs in a workspace. One is bound to the start that it was made in: from the moment that a stop, start, restart, rebuild or
 * deletion is accepted it is good for nothing, for ever.
 */
export const createWorkspaceTokenService = ({em, secretKey}: WorkspaceTokenServiceDependencies) => {
	const signer = createWorkspaceTokenSigner(secretKey);

	return {
		/**
		 * Makes a token by which a program acts for the actor, who has that role. Rejects with PERMISSION_DENIED{operation} for what the actor may
		 * not, with TOKEN_EXCEEDS_CREDENTIAL when the actor's own credential ends before, and with WORKSPACE_NOT_FOUND, WORKSPACE_NOT_RUNNING,
		 * WORKSPACE_DELETING, SECRETS_NOT_CONFIGURED.
		 */
		async create(
			actor: Actor,
			role: WorkspaceRole | null,
			workspaceId: string,
			{operations, expiresInMinutes}: CreateWorkspaceToken,
		): Promise<{token: string; expiresAt: Date}> {
			const denied = operations.find(operation => !allows(operation, actor, role));
			if (denied) throw new AppError('PERMISSION_DENIED', {operation: denied});
			const {expiresAt: endOfCredential, tokenId = null} = actor.grant ?? {};
			const expiresAt = new Date(Date.now() + expiresInMinutes * 60_000);
			if (endOfCredential && expiresAt > endOfCredential) throw exceedsCredential();
			const start = await currentStart(em, workspaceId);
			const claims = {workspaceId, userId: actor.id, operations, start, expiresAt: expiresAt.getTime(), tokenId};
			return {token: signer.sign(claims), expiresAt};
		},

		/** Whom it acts for, and what it is good for. Rejects with TOKEN_INVALID, TOKEN_EXPIRED, USER_DISABLED. */
		async authenticate(token: string): Promise<Actor> {
			const claims = signer.open(token);
			if (!claims) throw new AppError('TOKEN_INVALID');
			if (claims.expiresAt <= Date.now()) throw new AppError('TOKEN_EXPIRED');
			const found = await find(em, claims);
			if (!found || found.start !== claims.start || found.desired !== 'running') throw new AppError('TOKEN_INVALID');
			if (found.isDisabled) throw new AppError('USER_DISABLED');
			const {workspaceId, operations, tokenId} = claims;
			const grant = {operations, workspaceId, expiresAt: new Date(claims.expiresAt), ...(tokenId ? {tokenId} : {})};
			const {name, platformRole, language} = found;
			return {id: claims.userId, name, platformRole, language, grant};
		},
	};
};

/** Whatever starts or ends what runs. A new generation is always made by one of these. */
const startsAndEnds = operationKinds.filter(kind => desiredAfterAccepting[kind] !== null);
const kinds = startsAndEnds.map(kind => `'${kind}'`).join(', ');
const newestStart = `(select max(number) from operation where workspace_id = w.id and kind in (${kinds}))`;

const currentStart = async (em: EntityManager, workspaceId: string): Promise<number> => {
	const [workspace] = await em.execute<{start: number; desired: DesiredState}[]>(
		`select ${newestStart} as start, w.desired from workspace w where w.id = ? and w.deleted_at is null`,
		[workspaceId],
	);
	if (!workspace) throw new AppError('WORKSPACE_NOT_FOUND');
	if (workspace.desired === 'deleted') throw new AppError('WORKSPACE_DELETING');
	if (workspace.desired !== 'running') throw new AppError('WORKSPACE_NOT_RUNNING');
	return workspace.start;
};

interface Found {
	start: number;
	desired: DesiredState;
	name: string;
	platformRole: PlatformRole;
	language: Language | null;
	isDisabled: boolean;
}

const find = async (em: EntityManager, {workspaceId, userId, tokenId}: Claims): Promise<Found | undefined> => {
	const [found] = await em.execute<Found[]>(
		`select ${newestStart} as start, w.desired, u.name, u.platform_role as "platformRole", u.language, u.disabled_at is not null as "isDisabled"
		from workspace w, "user" u where w.id = ? and u.id = ?${tokenId ? ' and exists (select 1 from personal_access_token where id = ?)' : ''}`,
		tokenId ? [workspaceId, userId, tokenId] : [workspaceId, userId],
	);
	return found;
};

const exceedsCredential = (): AppError =>
	new AppError(
		'TOKEN_EXCEEDS_CREDENTIAL',
		{},
		{fields: [{path: 'expiresInMinutes', code: 'TOKEN_EXCEEDS_CREDENTIAL'}]},
	);
