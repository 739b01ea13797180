import {randomBytes} from 'node:crypto';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';

/**
 * The key that secrets are encrypted with, as it is handed to the processes: what the environment says, or one that is made
 * at the first start and kept in the data folder.
 */
export function secretKey(dataDir: string, env: NodeJS.ProcessEnv): {SECRET_KEY?: string} {
	if (env.SECRET_KEY || env.SECRET_KEY_FILE) return {};
	const file = `${dataDir}/secret-key`;
	if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64'), {mode: 0o600, flag: 'wx'});
	return {SECRET_KEY: readFileSync(file, 'utf8').trim()};
}
