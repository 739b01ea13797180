import type {ContainerRuntime} from '../../src/containers/container-runtime.ts';
import {wait} from './wait.ts';

/** A method of the runtime (`stop`, `exec`, …), or a step of it: `container.apply`, `network.revert`. */
export type Call = keyof ContainerRuntime | `${string}.apply` | `${string}.revert`;

export interface Faults {
	/** The next such call fails with the error: before it did anything, or after it did everything. */
	failNext(call: Call, when: 'before' | 'after', error: Error): void;
	/** Such calls answer nothing from now on, until `recover` or their signal. */
	hang(call: Call): void;
	/** Calls work again; those that hang go on. */
	recover(): void;
	/** Every call that was made, in order. */
	readonly calls: Call[];
}

type Method = (...args: never[]) => Promise<unknown>;

/** A runtime, the fake or a real one, whose calls fail when a test wants them to. */
export const withFaults = (runtime: ContainerRuntime): ContainerRuntime & Faults => {
	const planned: {call: Call; when: 'before' | 'after'; error: Error}[] = [];
	const hanging = new Map<Call, AbortController>();
	const calls: Call[] = [];

	const take = (call: Call, when: 'before' | 'after') => {
		const index = planned.findIndex(plan => plan.call === call && plan.when === when);
		const [plan] = index === -1 ? [] : planned.splice(index, 1);
		if (plan) throw plan.error;
	};
	const begin = async (call: Call, args: unknown[]): Promise<void> => {
		calls.push(call);
		take(call, 'before');
		const stuck = hanging.get(call);
		if (stuck) await stayStuck(stuck.signal, signalOf(args));
	};
	const guard = <T extends Method>(call: Call, method: T): T => {
		const guarded = async (...args: Parameters<T>) => {
			await begin(call, args);
			const answer = await method(...args);
			take(call, 'after');
			return answer;
		};
		return guarded as T;
	};

	/** It begins with the first reading. */
	const guardStream = <Args extends unknown[], T>(call: Call, method: (...args: Args) => AsyncIterable<T>) =>
		async function* (...args: Args): AsyncGenerator<T> {
			await begin(call, args);
			yield* method(...args);
			take(call, 'after');
		};

	return {
		...runtime,
		steps: runtime.steps.map(step => ({
			...step,
			apply: guard(`${step.name}.apply`, step.apply.bind(step)),
			revert: guard(`${step.name}.revert`, step.revert.bind(step)),
		})),
		ping: guard('ping', runtime.ping),
		capacity: guard('capacity', runtime.capacity),
		pinImage: guard('pinImage', runtime.pinImage),
		start: guard('start', runtime.start),
		stop: guard('stop', runtime.stop),
		discardOlder: guard('discardOlder', runtime.discardOlder),
		inspect: guard('inspect', runtime.inspect),
		exec: guard('exec', runtime.exec),
		execStream: guardStream('execStream', runtime.execStream),
		stats: guard('stats', runtime.stats),
		diskUsage: guard('diskUsage', runtime.diskUsage),
		list: guard('list', runtime.list),
		removeObject: guard('removeObject', runtime.removeObject),
		failNext: (call, when, error) => void planned.push({call, when, error}),
		hang: call => void hanging.set(call, new AbortController()),
		recover() {
			for (const stuck of hanging.values()) stuck.abort();
			hanging.clear();
			planned.length = 0;
		},
		calls,
	};
};

const stayStuck = async (recovered: AbortSignal, caller: AbortSignal | undefined): Promise<void> => {
	const signal = caller ? AbortSignal.any([recovered, caller]) : recovered;
	await wait(2 ** 31 - 1, signal).catch(() => caller?.throwIfAborted());
};

/** The signal is the last argument, or in the context that is. */
const signalOf = (args: unknown[]): AbortSignal | undefined => {
	const last = args.at(-1);
	if (last instanceof AbortSignal) return last;
	const context = last as {signal?: unknown} | undefined;
	return context?.signal instanceof AbortSignal ? context.signal : undefined;
};
