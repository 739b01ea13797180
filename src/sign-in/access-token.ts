import {z} from 'zod';
import {isUnstorable, storableText} from '../storable-text.ts';
import type {Keycloak} from './keycloak.ts';

/** How far the clocks of two machines may differ. */
export const clockToleranceSeconds = 30;

/** What we read of an access token of Keycloak. ID tokens have another `typ`, and so have refresh tokens. */
const AccessToken = z.object({
	typ: z.literal('Bearer'),
	// Who it is may not become anybody else on its way into the database: no character of it is replaced.
	sub: z
		.string()
		.min(1)
		.max(255)
		.refine(sub => !isUnstorable(sub)),
	exp: z.number(),
	iat: z.number(),
	aud: z.union([z.string(), z.array(z.string())]).optional(),
	azp: z.string().optional(),
	name: z.string().optional().catch(undefined),
	preferred_username: z.string().optional().catch(undefined),
	// One that no column holds is no address.
	email: z.string().max(255).optional().catch(undefined),
	email_verified: z.boolean().optional().catch(undefined),
	realm_access: z
		.object({roles: z.array(z.string())})
		.optional()
		.catch(undefined),
});
type AccessToken = z.infer<typeof AccessToken>;

/** Who somebody is, in the words of their identity provider. */
export interface Identity {
	issuer: string;
	subject: string;
	profile: Profile;
	/** Has the realm role `admin`. */
	isAdministrator: boolean;
}

export interface Profile {
	name: string;
	email: string | null;
	emailVerified: boolean;
	/** Seconds since 1970: of two tokens the newer one knows better. */
	issuedAt: number;
}

/**
 * Who a token is about whose signature, issuer and times are good. Null: it is no access token, it is for another API, or it is from the future
 * (and would so outlive the age that tokens may have).
 */
export const readAccessToken = (
	claims: unknown,
	{issuer, clientId}: Keycloak,
	{acceptAzp, now = Date.now() / 1000}: {acceptAzp: boolean; now?: number},
): Identity | null => {
	const {success, data: token} = AccessToken.safeParse(claims);
	if (!success || token.iat > now + clockToleranceSeconds) return null;
	const isForUs = [token.aud].flat().includes(clientId) || (acceptAzp && token.azp === clientId);
	if (!isForUs) return null;
	return {
		issuer,
		subject: token.sub,
		profile: {
			name: nameOf(token),
			email: token.email ?? null,
			emailVerified: token.email !== undefined && token.email_verified === true,
			issuedAt: token.iat,
		},
		isAdministrator: token.realm_access?.roles.includes('admin') ?? false,
	};
};

const nameOf = ({name, preferred_username: username, email, sub}: AccessToken): string =>
	storableText(([name, username, email].find(each => each?.trim()) ?? sub).slice(0, 255));
