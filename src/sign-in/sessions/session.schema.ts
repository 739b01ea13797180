import {z} from 'zod';
import {platformRoles} from '../../access/actor.ts';

/** Paths alone: whoever was sent here by a link shall not be sent on to another site. */
const LocalPath = z
	.string()
	.max(1024)
	.refine(isLocalPath, {params: {code: 'NOT_A_LOCAL_PATH'}})
	.meta({description: 'A path of this service, with query and fragment if need be.', example: '/docs'});

/** Browsers take `//host`, `/\host` and, having dropped what they do not print, `/<tab>/host` for another host. */
function isLocalPath(value: string): boolean {
	return /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(value);
}

export const SignInQuery = z
	.strictObject({
		returnTo: LocalPath.default('/').meta({
			description: 'Where to go once signed in: a path of this service, with query and fragment if need be.',
			example: '/docs',
		}),
	})
	.meta({id: 'SignInQuery', description: 'Where to go once signed in.', example: {returnTo: '/docs'}});

const SessionUser = z
	.object({
		id: z.uuid().meta({description: 'Its id.', example: '00000000-0000-7000-8000-000000000001'}),
		name: z.string().meta({description: 'Its name.', example: 'Alice Adams'}),
		email: z.string().nullable().meta({description: 'Its e-mail address.', example: 'alice@example.com'}),
		platformRole: z
			.enum(platformRoles)
			.meta({description: 'What it may do in the service as a whole.', example: 'member'}),
	})
	.meta({
		id: 'SessionUser',
		description: 'Who is signed in.',
		example: {
			id: '00000000-0000-7000-8000-000000000001',
			name: 'Alice Adams',
			email: 'alice@example.com',
			platformRole: 'member',
		},
	});

const SignedIn = z
	.object({
		signedIn: z.literal(true).meta({description: 'Somebody is.', example: true}),
		user: SessionUser,
		csrfToken: z.string().nullable().meta({
			description: 'Goes into X-CSRF-Token of every change; null while signing in is off.',
			example: 'q3hq0Qm6zq7q7c3Jb3w9m2mZ7m3s1nXo1qk4m8bqv2E',
		}),
		expiresAt: z.iso.datetime().nullable().meta({
			description: 'When it ends unless it is used before; null while signing in is off.',
			example: '2026-05-01T08:30:00.000Z',
		}),
		endsAt: z.iso.datetime().nullable().meta({
			description: 'When it ends however much it is used; null while signing in is off.',
			example: '2026-05-01T20:00:00.000Z',
		}),
	})
	.meta({
		id: 'SignedIn',
		description: 'Who is signed in, and until when.',
		example: {
			signedIn: true,
			user: {
				id: '00000000-0000-7000-8000-000000000001',
				name: 'Alice Adams',
				email: 'alice@example.com',
				platformRole: 'member',
			},
			csrfToken: 'q3hq0Qm6zq7q7c3Jb3w9m2mZ7m3s1nXo1qk4m8bqv2E',
			expiresAt: '2026-05-01T08:30:00.000Z',
			endsAt: '2026-05-01T20:00:00.000Z',
		},
	});
export type SignedInView = z.infer<typeof SignedIn>;

const SignedOut = z
	.object({signedIn: z.literal(false).meta({description: 'Nobody is.', example: false})})
	.meta({id: 'SignedOut', description: 'Nobody is signed in.', example: {signedIn: false}});

export const BrowserSession = z.discriminatedUnion('signedIn', [SignedIn, SignedOut]).meta({
	id: 'BrowserSession',
	description: 'Whether a browser is signed in, and as whom.',
	example: {signedIn: false},
});

export const SignOut = z
	.strictObject({
		everywhere: z
			.boolean()
			.default(false)
			.meta({description: 'End the sessions in all other browsers, too.', example: true}),
	})
	.meta({id: 'SignOut', description: 'How far to sign out.', example: {everywhere: true}});

export const SignedOutAnswer = z
	.object({
		endSessionUrl: z.string().nullable().meta({
			description:
				'Send the browser there to sign out of the sign-in service as well; null: nobody was signed in, or it cannot be asked. Until then signing in again asks for no password.',
			example: 'https://sso.example.com/realms/main/protocol/openid-connect/logout?client_id=web',
		}),
	})
	.meta({id: 'SignedOutAnswer', description: 'Signed out here.', example: {endSessionUrl: null}});
