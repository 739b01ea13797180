import {randomBytes} from 'node:crypto';
import {statSync} from 'node:fs';
import {choosePort} from '../../../stack/ports.ts';

const secrets = ['SECRET_KEY', 'POSTGRES_PASSWORD', 'TEMPORAL_POSTGRES_PASSWORD', 'REDIS_PASSWORD'];

/** The least that docker-compose.yml can be read with. */
export const settingsWithPlaceholders: Record<string, string> = {
	DOCKER_GROUP_ID: '1',
	...Object.fromEntries(secrets.map(name => [name, '0'.repeat(64)])),
};

/** A label of everything that this run's composition makes in the engine. */
export const label = (id: string): string => `workspace-manager.compose-test=${id}`;

/** An .env of its own: no port, name, tag or address of another composition on this machine. */
export const makeSettings = async (id: string, socket: string): Promise<Record<string, string>> => ({
	...Object.fromEntries(secrets.map(name => [name, randomBytes(32).toString('hex')])),
	COMPOSE_PROJECT_NAME: `wsm-compose-${id}`,
	MANAGER_TAG: `compose-${id}`,
	DOCKER_SOCKET: socket,
	DOCKER_GROUP_ID: String(statSync(socket).gid),
	DEVELOPER: String(process.getuid?.() ?? 1000),
	PORT: String(await choosePort()),
	TEMPORAL_UI_PORT: String(await choosePort()),
	KEYCLOAK_PORT: String(await choosePort()),
	NETWORK_POOL: `10.${220 + (randomBytes(1)[0]! % 30)}.0.0/16`,
	CONTAINER_LABELS: label(id),
	JOB_MINIMUM_SECONDS: '61',
});
