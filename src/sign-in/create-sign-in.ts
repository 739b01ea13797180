import type {EntityManager} from '@mikro-orm/postgresql';
import type {Redis} from 'ioredis';
import type {Config} from '../config.ts';
import type {Authenticator} from '../http/authenticate.ts';
import type {Logger} from '../logger.ts';
import {createAccessTokenService} from './access-tokens/access-token.service.ts';
import {accessTokenPrefix} from './access-tokens/access-token.ts';
import {readBearer} from './access-tokens/read-bearer.ts';
import {createKeySet} from './key-set.ts';
import {createKeycloakTokenAuthenticator} from './keycloak-token.authenticator.ts';
import {keycloakOf} from './keycloak.ts';
import {createKnownUsers} from './known-users.ts';
import {createBrowserSignIn} from './sessions/browser-sign-in.ts';
import {createCookieSessions, sessionAuthenticator} from './sessions/cookie-sessions.ts';
import {createIdentityProvider} from './sessions/identity-provider.ts';
import {createPendingSignIns} from './sessions/pending-sign-in.ts';
import type {BrowserSessions} from './sessions/session.router.ts';
import {createSessionService} from './sessions/session.service.ts';
import {createWorkspaceTokenService} from './workspace-tokens/workspace-token.service.ts';
import {workspaceTokenPrefix} from './workspace-tokens/workspace-token.ts';

/** The ways to sign in, in the order in which a request is searched for them: what is sent on purpose comes before a browser's cookie. */
export const createSignIn = ({
	em,
	redis,
	config,
	log,
}: {
	em: EntityManager;
	redis: Redis;
	config: Config;
	log: Logger;
}) => {
	const {secretKey} = config;
	const keycloak = keycloakOf(config);
	const accessTokens = createAccessTokenService({em});
	const workspaceTokens = createWorkspaceTokenService({em, secretKey});
	const tokens = {accessTokens, workspaceTokens};
	const bearers: Authenticator[] = [
		readBearer(accessTokenPrefix, accessTokens.authenticate),
		readBearer(workspaceTokenPrefix, workspaceTokens.authenticate),
	];
	if (!keycloak || !secretKey)
		return {...tokens, authenticators: bearers, pingKeycloak: null, browserSessions: null as BrowserSessions};

	const keys = createKeySet({url: keycloak.keysUrl, log});
	const knownUsers = createKnownUsers({em});
	const sessions = createSessionService({em, redis, secretKey});
	const provider = createIdentityProvider({keycloak, config, log});
	const cookieSessions = createCookieSessions({sessions, config});
	const signIn = createBrowserSignIn({provider, sessions, knownUsers, pendingSignIns: createPendingSignIns(secretKey)});
	const browserSessions: BrowserSessions = {config, provider, signIn, sessions, cookieSessions};
	const authenticators = [
		...bearers,
		createKeycloakTokenAuthenticator({keycloak, keys, knownUsers, config}),
		sessionAuthenticator(cookieSessions),
	];
	return {...tokens, authenticators, pingKeycloak: keys.ping, browserSessions};
};
