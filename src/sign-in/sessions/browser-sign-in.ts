import {AppError} from '../../errors.ts';
import type {KnownUsers} from '../known-users.ts';
import type {IdentityProvider} from './identity-provider.ts';
import {PENDING_MINUTES, type PendingSignIns} from './pending-sign-in.ts';
import type {SessionService} from './session.service.ts';

export type BrowserSignIn = ReturnType<typeof createBrowserSignIn>;

interface Dependencies {
	provider: IdentityProvider;
	knownUsers: KnownUsers;
	sessions: SessionService;
	pendingSignIns: PendingSignIns;
}

/** The two steps of signing in with a browser: there, and back again. Between them only the browser knows of it, by its cookie. */
export const createBrowserSignIn = ({provider, knownUsers, sessions, pendingSignIns}: Dependencies) => ({
	/** Where to send the browser, and the cookie that it has to bring back. Rejects with IDENTITY_PROVIDER_UNAVAILABLE. */
	async begin(returnTo: string, language: string): Promise<{url: string; cookie: string}> {
		const {url, pending} = await provider.begin(language);
		return {url, cookie: pendingSignIns.seal({...pending, returnTo})};
	},

	/**
	 * Begins a session for whoever came back with this query and cookie. Rejects with SIGN_IN_NOT_PENDING{minutes} unless both are of one sign-in
	 * that was begun here, and with what `provider.finish` and `sessions.start` reject with.
	 */
	async finish(query: string, cookie: string | null): Promise<{sessionId: string; returnTo: string}> {
		const pending = cookie === null ? null : pendingSignIns.open(cookie);
		const isSame = pending !== null && new URLSearchParams(query).get('state') === pending.state;
		if (!isSame) throw new AppError('SIGN_IN_NOT_PENDING', {minutes: PENDING_MINUTES});
		const {identity, idToken} = await provider.finish(query, pending);
		const {id} = await knownUsers.bySubject(identity);
		const {isAdministrator} = identity;
		return {sessionId: await sessions.start(id, {isAdministrator, idToken}), returnTo: pending.returnTo};
	},
});
