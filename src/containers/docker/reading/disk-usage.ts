import type {StepContext} from '../../container-runtime.ts';
import {DiskUsage} from '../answers.ts';
import type {Engine} from '../engine.ts';
import {readLabels, type Labels} from '../labels.ts';

const MiB = 2 ** 20;
/** The engine looks at every file; one with many of them takes its time. */
const extraSeconds = 60;

/** What the volumes and writable layers of each workspace hold, in MiB. The engine has one call for all of them. */
export const readDiskUsage = async (engine: Engine, context: StepContext): Promise<Map<string, number>> => {
	const request = {method: 'GET', path: '/system/df'} as const;
	const {Containers, Volumes} = await engine.askSlowly(request, DiskUsage, context, extraSeconds);
	const used = new Map<string, number>();
	const add = (labels: Labels | null | undefined, bytes: number): void => {
		const owner = readLabels(engine, labels);
		if (owner) used.set(owner.workspaceId, (used.get(owner.workspaceId) ?? 0) + Math.max(0, bytes) / MiB);
	};
	for (const {Labels: labels, SizeRw} of Containers ?? []) add(labels, SizeRw ?? 0);
	for (const {Labels: labels, UsageData} of Volumes ?? []) add(labels, UsageData?.Size ?? 0);
	return new Map([...used].map(([id, size]) => [id, Math.ceil(size)]));
};
