import {parseArgs} from 'node:util';
import {Problem} from '../../stack/problem.ts';

/** What can be measured, in the order in which it is. */
export const parts = ['create', 'burst', 'runs', 'list', 'read', 'sign-in', 'jobs', 'memory'] as const;
export type Part = (typeof parts)[number];

/** What was asked for on the command line. */
export interface Options {
	json: boolean;
	rounds: number;
	/** The server without the settings that `npm start` gives it. */
	stockTemporal: boolean;
	wants: (part: Part) => boolean;
}

/** Reads the arguments. Throws a Problem that says what may be given. */
export function readOptions(args: string[]): Options {
	const {values} = parse(args);
	const only = values.only?.split(',') ?? [...parts];
	const rounds = Number(values.rounds);
	const isUsable =
		only.every(isPart) && Number.isInteger(rounds) && rounds >= 1 && /^(tuned|stock)$/.test(values.temporal);
	if (!isUsable) throw new Problem(usage);
	return {json: values.json, rounds, stockTemporal: values.temporal === 'stock', wants: part => only.includes(part)};
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
				temporal: {type: 'string', default: 'tuned'},
			},
		});
	} catch {
		throw new Problem(usage);
	}
}

const usage = `Usage: npm run bench -- [--json] [--only ${parts.join(',')}] [--rounds 30] [--temporal tuned|stock]`;
