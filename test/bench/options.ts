import {parseArgs} from 'node:util';
import {Problem} from '../../stack/problem.ts';

/** What can be measured, in the order in which it is. */
export const parts = ['create', 'burst', 'list', 'read', 'sign-in', 'memory'] as const;
export type Part = (typeof parts)[number];

/** What was asked for on the command line. */
export interface Options {
	json: boolean;
	rounds: number;
	wants: (part: Part) => boolean;
}

/** Reads the arguments. Throws a Problem that says what may be given. */
export function readOptions(args: string[]): Options {
	const {values} = parse(args);
	const only = values.only?.split(',') ?? [...parts];
	const rounds = Number(values.rounds);
	if (!only.every(isPart) || !Number.isInteger(rounds) || rounds < 1) throw new Problem(usage);
	return {json: values.json, rounds, wants: part => only.includes(part)};
}

const isPart = (name: string): name is Part => parts.some(part => part === name);

function parse(args: string[]) {
	try {
		return parseArgs({
			args,
			options: {
				json: {type: 'boolean', default: false},
				only: {type: 'string'},
				rounds: {type: 'string', default: '30'},
			},
		});
	} catch {
		throw new Problem(usage);
	}
}

const usage = `Usage: npm run bench -- [--json] [--only ${parts.join(',')}] [--rounds 30]`;
