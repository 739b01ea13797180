import type {EntityManager} from '@mikro-orm/postgresql';
import type {EventBus} from '../workspaces/event-bus.ts';
import {isFinal} from './execution-rules.ts';
import {Execution} from './execution.entity.ts';
import {ExecutionOutput} from './execution-output.entity.ts';

/** So many pieces are read at once. */
const BATCH = 100;

export type ExecutionOutputService = ReturnType<typeof createExecutionOutputService>;

/** The output of executions: pieces that follow each other without a gap, each stored once. */
export const createExecutionOutputService = ({em, events}: {em: EntityManager; events: EventBus}) => {
	/** Where the stored output ends, in bytes. */
	const size = async (executionId: string): Promise<number> => {
		const [last] = await em
			.fork()
			.execute<{end: string}[]>(
				'select "offset" + length(bytes) as "end" from execution_output where execution_id = ? order by "offset" desc limit 1',
				[executionId],
			);
		return Number(last?.end ?? 0);
	};

	/** The stored bytes from an offset on, piece by piece. */
	async function* read(executionId: string, from: number): AsyncGenerator<{offset: number; bytes: Uint8Array}> {
		let next = from;
		for (;;) {
			const pieces = await em.fork().find(
				ExecutionOutput,
				// The piece that the offset is in began before it.
				{execution: executionId, $and: [{offset: {$gte: await pieceWith(em, executionId, next)}}]},
				{orderBy: {offset: 'asc'}, limit: BATCH},
			);
			for (const piece of pieces) {
				const bytes = piece.bytes.subarray(Math.max(0, next - Number(piece.offset)));
				if (bytes.length === 0) continue;
				yield {offset: next, bytes};
				next += bytes.length;
			}
			if (pieces.length < BATCH) return;
		}
	}

	return {
		size,
		read,

		/** All of it from an offset on, as text. */
		async text(executionId: string, from: number): Promise<string> {
			const pieces: Uint8Array[] = [];
			for await (const {bytes} of read(executionId, from)) pieces.push(bytes);
			return Buffer.concat(pieces).toString('utf8');
		},

		/** Stores what comes at the offset; once, however often it is told. */
		async append(executionId: string, offset: number, bytes: Uint8Array): Promise<void> {
			await em
				.fork()
				.execute(
					'insert into execution_output (execution_id, "offset", bytes, at) values (?, ?, ?, ?) on conflict do nothing',
					[executionId, offset, Buffer.from(bytes), new Date()],
				);
			void events.publish(executionId);
		},

		/** The output from an offset on, and what is still to come, until the execution has ended or the signal. */
		async *follow(
			executionId: string,
			from: number,
			signal: AbortSignal,
		): AsyncGenerator<{offset: number; bytes: Uint8Array}> {
			const bell = events.listen(executionId);
			try {
				let next = from;
				for (;;) {
					// Asked first: what is stored by the time of its end is all there is.
					const {status} = await em.fork().findOneOrFail(Execution, {id: executionId}, {fields: ['status']});
					for await (const piece of read(executionId, next)) {
						yield piece;
						next = piece.offset + piece.bytes.length;
					}
					if (isFinal(status) || signal.aborted) return;
					await bell.rung(signal);
				}
			} finally {
				bell.close();
			}
		},
	};
};

const pieceWith = async (em: EntityManager, executionId: string, offset: number): Promise<string> => {
	const [piece] = await em
		.fork()
		.execute<{offset: string}[]>(
			'select "offset" from execution_output where execution_id = ? and "offset" <= ? order by "offset" desc limit 1',
			[executionId, offset],
		);
	return piece?.offset ?? '0';
};
