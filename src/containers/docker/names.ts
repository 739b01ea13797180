import {folders} from '../container-runtime.ts';
/** Names on the engine. They make a second `create` fail instead of doubling; who an object belongs to is said by its labels. */
export const containerName = (workspaceId: string, generation: number): string => `wsm-${workspaceId}-${generation}`;

export const networkName = (workspaceId: string): string => `wsm-${workspaceId}`;

export const volumeName = (workspaceId: string, use: VolumeUse): string => `wsm-${workspaceId}-${use}`;

/** The volumes of a workspace and where they are mounted. */
export const volumeUses = folders;
export type VolumeUse = keyof typeof volumeUses;
