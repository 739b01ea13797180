import type {Language} from '../i18n/translate.ts';
import type {Operation} from './permissions.ts';

export const platformRoles = ['member', 'admin'] as const;
export type PlatformRole = (typeof platformRoles)[number];

/** What a credential is limited to, whatever its owner may. */
export interface Grant {
	operations: readonly Operation[];
	/** The only workspace that it is for; null: any. */
	workspaceId: string | null;
	/** When the credential ends: nothing that is made with it lasts longer. */
	expiresAt?: Date;
	/** The personal access token that it comes from: what is made with it goes with it. */
	tokenId?: string;
}

/** Who a request speaks for. */
export interface Actor {
	id: string;
	name: string;
	platformRole: PlatformRole;
	/** null: everything that the person may. */
	grant: Grant | null;
	/** For answers to requests that name none. */
	language?: Language | null;
}

/** Everybody, when signing in is off, and nobody else. The row with this id exists in `user`. */
export const localAdministrator: Actor = Object.freeze({
	id: '00000000-0000-7000-8000-000000000001',
	name: 'Local administrator',
	platformRole: 'admin',
	grant: null,
});
