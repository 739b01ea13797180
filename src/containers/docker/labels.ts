/** Who an object belongs to. Written on everything that is made, and looked at before anything is touched. */
export type Labels = Record<string, string>;

export interface Owner {
	installationId: string;
	/** Put on every object beside our own. */
	extraLabels: Labels;
}

const prefix = 'io.workspace-manager';
const installation = `${prefix}.installation`;
const workspace = `${prefix}.workspace`;
const generationLabel = `${prefix}.generation`;

export const labelsFor = (owner: Owner, workspaceId: string, generation?: number): Labels => ({
	...owner.extraLabels,
	[installation]: owner.installationId,
	[workspace]: workspaceId,
	...(generation === undefined ? {} : {[generationLabel]: String(generation)}),
});

/** A filter of the engine's list calls: this installation's objects, or one workspace's. */
export const labelFilter = (owner: Owner, workspaceId?: string): {label: string[]} => ({
	label: [
		`${installation}=${owner.installationId}`,
		workspaceId === undefined ? workspace : `${workspace}=${workspaceId}`,
	],
});

export interface Belongs {
	workspaceId: string;
	generation: number | null;
}

/** Reads the labels back: null when the object is not this installation's. */
export const readLabels = (owner: Owner, labels: Labels | null | undefined): Belongs | null => {
	const workspaceId = labels?.[workspace];
	if (labels?.[installation] !== owner.installationId || workspaceId === undefined) return null;
	const generation = Number(labels[generationLabel] ?? Number.NaN);
	return {workspaceId, generation: Number.isInteger(generation) ? generation : null};
};
