export const platformRoles = ['member', 'admin'] as const;
export type PlatformRole = (typeof platformRoles)[number];

/** Who a request speaks for. */
export interface Actor {
	id: string;
	name: string;
	platformRole: PlatformRole;
}

/** Everybody, when signing in is off. The row with this id exists in `user`. */
export const localAdministrator: Actor = Object.freeze({
	id: '00000000-0000-7000-8000-000000000001',
	name: 'Local administrator',
	platformRole: 'admin',
});
