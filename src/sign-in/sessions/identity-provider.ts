import {createHash} from 'node:crypto';
import * as oidc from 'openid-client';
import type {Config} from '../../config.ts';
import {AppError} from '../../errors.ts';
import type {Logger} from '../../logger.ts';
import {type Identity, readAccessToken} from '../access-token.ts';
import type {Keycloak} from '../keycloak.ts';
import type {PendingSignIn} from './pending-sign-in.ts';

export type IdentityProvider = ReturnType<typeof createIdentityProvider>;

const TIMEOUT_SECONDS = 5;

interface Dependencies {
	keycloak: Keycloak;
	config: Pick<Config, 'publicUrl' | 'keycloakClientSecret' | 'jwtAlgorithm'>;
	log: Logger;
}

/** Keycloak, as a browser is sent there and comes back: OpenID Connect, authorization code with PKCE. It is asked nothing before the first sign-in. */
export const createIdentityProvider = ({keycloak, config: settings, log}: Dependencies) => {
	const {publicUrl, keycloakClientSecret: clientSecret, jwtAlgorithm: algorithm} = settings;
	const redirectUri = `${publicUrl}/auth/callback`;
	let known: Promise<oidc.Configuration> | null = null;

	const configuration = (): Promise<oidc.Configuration> => {
		known ??= discover().catch((cause: unknown) => {
			known = null;
			throw new AppError('IDENTITY_PROVIDER_UNAVAILABLE', {}, {cause});
		});
		return known;
	};

	const discover = () =>
		oidc.discovery(
			new URL(keycloak.issuer),
			keycloak.clientId,
			{id_token_signed_response_alg: algorithm},
			clientSecret === undefined ? oidc.None() : oidc.ClientSecretPost(clientSecret),
			{
				timeout: TIMEOUT_SECONDS,
				// Without the second an ID token that comes over TLS is believed without looking at its signature.
				execute: [
					...(keycloak.issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : []),
					oidc.enableNonRepudiationChecks,
				],
				[oidc.customFetch]: ask,
			},
		);

	return {
		/** Where to send a browser that wants to sign in. Rejects with IDENTITY_PROVIDER_UNAVAILABLE. */
		async begin(language: string): Promise<{url: string; pending: Omit<PendingSignIn, 'returnTo'>}> {
			const config = await configuration();
			const pending = {
				state: oidc.randomState(),
				nonce: oidc.randomNonce(),
				verifier: oidc.randomPKCECodeVerifier(),
			};
			const url = oidc.buildAuthorizationUrl(config, {
				redirect_uri: redirectUri,
				scope: 'openid profile email',
				state: pending.state,
				nonce: pending.nonce,
				code_challenge: await oidc.calculatePKCECodeChallenge(pending.verifier),
				code_challenge_method: 'S256',
				ui_locales: language,
			});
			return {url: url.href, pending};
		},

		/**
		 * Who came back with this query. Rejects with SIGN_IN_REFUSED{reason} when Keycloak says no, SIGN_IN_FAILED when it does not confirm
		 * the code or what it says is not to be believed, and IDENTITY_PROVIDER_UNAVAILABLE.
		 */
		async finish(query: string, pending: PendingSignIn): Promise<{identity: Identity; idToken: string}> {
			const config = await configuration();
			const url = new URL(redirectUri);
			url.search = query;
			const checks = {
				expectedState: pending.state,
				expectedNonce: pending.nonce,
				pkceCodeVerifier: pending.verifier,
			};
			const tokens = await oidc.authorizationCodeGrant(config, url, checks).catch((error: unknown) => {
				throw explain(error, log);
			});
			const identity = readAccessToken(claimsOf(tokens.access_token), keycloak, {acceptAzp: true});
			// The signature of the ID token was checked; that of the access token counts for nothing here, so the one has to vouch for the other.
			const isVouchedFor = tokens.claims()?.['at_hash'] === hashOf(tokens.access_token, algorithm);
			if (!identity || !isVouchedFor) throw notConfirmed('the access token is not to be believed', log);
			return {identity, idToken: tokens.id_token!};
		},

		/** Where to send a browser to sign out of Keycloak as well; null: it cannot be asked. */
		async endSessionUrl(idToken: string): Promise<string | null> {
			const config = await configuration().catch(() => null);
			if (!config?.serverMetadata().end_session_endpoint) return null;
			const back = {id_token_hint: idToken, post_logout_redirect_uri: `${publicUrl}/`};
			return oidc.buildEndSessionUrl(config, back).href;
		},
	};
};

/** No answer, or one that only says that it is not well: the library would not tell that from a wrong answer. */
const ask: oidc.CustomFetch = async (url, options) => {
	const response = await fetch(url, options as RequestInit).catch((cause: unknown) => {
		throw new AppError('IDENTITY_PROVIDER_UNAVAILABLE', {}, {cause});
	});
	if (response.status < 500) return response;
	throw new AppError('IDENTITY_PROVIDER_UNAVAILABLE', {}, {cause: new Error(`${url} answered ${response.status}`)});
};

const notWell = new Set(['server_error', 'temporarily_unavailable']);

/** What is no fault of the person or of Keycloak (a wrong client secret, say) stays as it is: a fault of ours, which is logged. */
const explain = (error: unknown, log: Logger): unknown => {
	if (error instanceof Error && error.cause instanceof AppError) return error.cause;
	if (error instanceof oidc.AuthorizationResponseError) {
		if (notWell.has(error.error)) return new AppError('IDENTITY_PROVIDER_UNAVAILABLE', {}, {cause: error});
		return new AppError('SIGN_IN_REFUSED', {reason: /^\w{1,64}$/.test(error.error) ? error.error : 'unknown'});
	}
	if (error instanceof oidc.ResponseBodyError && error.error !== 'invalid_grant') return error;
	if (!(error instanceof oidc.ResponseBodyError || error instanceof oidc.ClientError)) return error;
	return notConfirmed(error.message, log, error);
};

const notConfirmed = (reason: string, log: Logger, cause?: unknown): AppError => {
	log.warn({reason}, 'a sign-in was not confirmed');
	return new AppError('SIGN_IN_FAILED', {}, {cause});
};

/** What a token says; null: it is none that can be read. */
const claimsOf = (token: string): unknown => {
	try {
		return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
	} catch {
		return null;
	}
};

/** OpenID Connect Core 3.1.3.6: the left half of the hash that the algorithm of the ID token goes with. */
const hashOf = (accessToken: string, algorithm: string): string => {
	const digest = createHash(`sha${algorithm.slice(2)}`)
		.update(accessToken)
		.digest();
	return digest.subarray(0, digest.length / 2).toString('base64url');
};
