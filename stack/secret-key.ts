import {randomBytes} from 'node:crypto';
import {existsSync, writeFileSync} from 'node:fs';

/**
 * Where the processes find the key that secrets are encrypted with: what the environment says, or one that is made at the first start and
 * kept in the data folder. A file, because an environment is passed on to whatever a process starts.
 */
export function secretKey(dataDir: string, env: NodeJS.ProcessEnv): {SECRET_KEY_FILE?: string} {
	if (env.SECRET_KEY || env.SECRET_KEY_FILE) return {};
	const file = `${dataDir}/secret-key`;
	if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64'), {mode: 0o600, flag: 'wx'});
	return {SECRET_KEY_FILE: file};
}
