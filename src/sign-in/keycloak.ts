import type {Config} from '../config.ts';

/** The realm that people sign in with. */
export interface Keycloak {
	/** What every token of it says under `iss`, and where its pages begin. */
	issuer: string;
	/** Where it publishes the keys that it signs with. */
	keysUrl: string;
	clientId: string;
}

/** The realm of the settings; null: signing in is off. */
export const keycloakOf = (
	config: Pick<Config, 'enableAuth' | 'keycloakServerUrl' | 'keycloakRealm' | 'keycloakClientId'>,
): Keycloak | null => {
	const {enableAuth, keycloakServerUrl, keycloakRealm, keycloakClientId} = config;
	if (!enableAuth || !keycloakServerUrl || !keycloakClientId) return null;
	const issuer = `${keycloakServerUrl}/realms/${keycloakRealm}`;
	return {issuer, keysUrl: `${issuer}/protocol/openid-connect/certs`, clientId: keycloakClientId};
};
