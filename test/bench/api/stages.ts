import type {OperationView} from './client.ts';
import type {Journey} from './workspace.ts';

/** How long each stage of an operation took, in the order of time; every step is a stage of its own. */
export function stagesOf({sentAt, seenAt, operation}: Journey): Map<string, number> {
	const {createdAt, startedAt, finishedAt, steps} = operation;
	const stages = new Map<string, number>();
	let at = sentAt;
	const until = (stage: string, end: string | number) => {
		const endAt = typeof end === 'number' ? end : Date.parse(end);
		stages.set(stage, (stages.get(stage) ?? 0) + endAt - at);
		at = endAt;
	};
	until('accept: request to stored', createdAt);
	until('wake: stored to claimed', startedAt);
	for (const [index, step] of steps.entries()) {
		until(index === 0 ? 'begin: claimed to first step' : 'hops between steps', step.startedAt);
		until(`step ${step.name}`, step.finishedAt);
	}
	until('finish: last step to finished', finishedAt);
	until('tell: finished to event heard', seenAt);
	return stages;
}

/** What the operation says its steps took together. */
export const sumOfSteps = ({steps}: OperationView): number =>
	steps.reduce((sum, step) => sum + Date.parse(step.finishedAt) - Date.parse(step.startedAt), 0);
