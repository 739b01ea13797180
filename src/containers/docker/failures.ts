import {AppError, type ErrorCode, type ErrorParams} from '../../errors.ts';
import type {Program} from '../container-runtime.ts';

/**
 * The one place that reads the engine's words. Its API has few error codes, so most failures can only be told apart by their text
 * (engine 20.10 to 29; the texts are pinned by tests against a real engine).
 */
export const toAppError = (error: unknown): AppError => {
	if (error instanceof AppError) return error;
	const {statusCode, code, message} = describe(error);
	if (statusCode === null) {
		const unreachable = code !== null && networkCodes.has(code);
		const params: ErrorParams = unreachable ? {reason: code} : {message: shorten(message)};
		return new AppError(unreachable ? 'ENGINE_UNREACHABLE' : 'ENGINE_ERROR', params, {cause: error});
	}
	for (const rule of rules) {
		const match = rule.says.exec(message);
		if (match) return new AppError(rule.code, rule.params?.(match) ?? {}, {cause: error});
	}
	// The engine understood and will say the same next time.
	const refused = statusCode === 400;
	return new AppError(refused ? 'ENGINE_REFUSED' : 'ENGINE_ERROR', {message: shorten(message)}, {cause: error});
};

/** What the engine says instead of running a command: the runtime's own sentence, in the place of the command's output. */
export const toCommandError = (says: string, command: Program): AppError => {
	if (/\bcwd\b|chdir/i.test(says)) return new AppError('WORKDIR_NOT_FOUND', {workdir: command.workdir ?? ''});
	if (/not found|no such file|permission denied|is a directory|exec format error/i.test(says)) {
		return new AppError('COMMAND_NOT_FOUND', {command: command.command[0] ?? ''});
	}
	if (/ttrpc: closed|stopped state|not running|process already finished|no such process/i.test(says)) {
		return new AppError('CONTAINER_NOT_FOUND');
	}
	return new AppError('ENGINE_ERROR', {message: shorten(says)});
};

export const hasCode = (error: unknown, ...codes: ErrorCode[]): error is AppError =>
	error instanceof AppError && codes.includes(error.code);

const rules: {says: RegExp; code: ErrorCode; params?: (match: RegExpExecArray) => ErrorParams}[] = [
	{says: /no such image:? ?(\S*)/i, code: 'IMAGE_NOT_FOUND', params: match => ({image: match[1] ?? ''})},
	{says: /no command specified/i, code: 'IMAGE_WITHOUT_COMMAND'},
	{says: /no such (?:container|exec)|container \S+ is not running/i, code: 'CONTAINER_NOT_FOUND'},
	{says: /network \S+ not found|no such network/i, code: 'NETWORK_NOT_FOUND'},
	{says: /container name "\/?([^"]+)" is already in use/i, code: 'NAME_TAKEN_BY_STRANGER', params: named},
	{says: /network with name (\S+) already exists/i, code: 'NAME_TAKEN_BY_STRANGER', params: named},
	{says: /has active endpoints|volume is in use/i, code: 'OBJECT_IN_USE'},
	{says: /pool overlaps|overlapping ipv4|no available ipv4 addresses/i, code: 'ADDRESS_POOL_EXHAUSTED'},
	{
		says: /error setting rlimit/i,
		code: 'ENGINE_REFUSED',
		params: () => ({message: 'the engine may not open as many files', limit: 'openFiles'}),
	},
	{says: /port is already allocated|address already in use/i, code: 'PORT_TAKEN'},
	{says: /no space left on device|disk quota exceeded/i, code: 'DISK_FULL'},
	{
		says: /exec: "([^"]+)": (?:executable file not found|stat .*no such file|permission denied)/i,
		code: 'COMMAND_NOT_FOUND',
		params: match => ({command: match[1] ?? ''}),
	},
];

function named(match: RegExpExecArray): ErrorParams {
	return {name: match[1] ?? ''};
}

const networkCodes = new Set([
	'ECONNREFUSED',
	'ECONNRESET',
	'ECONNABORTED',
	'ENOENT',
	'EACCES',
	'EPIPE',
	'ENOTFOUND',
	'EAI_AGAIN',
	'ETIMEDOUT',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'ERR_STREAM_PREMATURE_CLOSE',
	'HPE_INVALID_CONSTANT',
]);

interface Said {
	statusCode: number | null;
	code: string | null;
	message: string;
}

const describe = (error: unknown): Said => {
	if (typeof error !== 'object' || error === null) return {statusCode: null, code: null, message: String(error)};
	const statusCode = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : null;
	const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
	const message = 'message' in error ? String(error.message) : 'unknown failure';
	return {statusCode, code, message: message.replace(/^\(HTTP code \d+\) [\w /]+ - /, '').trim()};
};

const shorten = (message: string): string => message.replace(/\s+/g, ' ').trim().slice(0, 300);
