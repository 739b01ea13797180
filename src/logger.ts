import {type DestinationStream, type Logger, pino} from 'pino';
import {describeError} from './describe-error.ts';
import {service} from './version.ts';

export type {Logger} from 'pino';

const secretKeys = [
	'authorization',
	'cookie',
	'set-cookie',
	'password',
	'token',
	'secret',
	'secretKey',
	'clientSecret',
	'env',
	// of a secret in a request, and what a command is given
	'value',
	'stdin',
];

/** The log of a process: one JSON object a line, secrets struck out by name down to the third level. */
export const createLogger = (options: {logLevel: string}, destination?: DestinationStream): Logger =>
	pino(
		{
			level: options.logLevel,
			base: {service: service.name, version: service.version},
			redact: secretKeys.flatMap(key => [`["${key}"]`, `*["${key}"]`, `*.*["${key}"]`]),
			serializers: {err: describeError},
			timestamp: pino.stdTimeFunctions.isoTime,
		},
		destination,
	);
