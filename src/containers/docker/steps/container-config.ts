import type {WorkspaceSpec} from '../../container-runtime.ts';
import {labelsFor, type Owner} from '../labels.ts';
import {networkName, volumeName, volumeUses, type VolumeUse} from '../names.ts';

/** The user that everything inside runs as; images must have it. */
const user = 1000;
const MiB = 2 ** 20;
export const defaultOpenFiles = 65_536;

/**
 * The description of a workspace's container: what it runs, how much it may use and what it may never do. Pure.
 * The image's own command runs. `openFiles`: null leaves the engine's own limit.
 */
export const containerConfig = (owner: Owner, spec: WorkspaceSpec, openFiles: number | null = defaultOpenFiles) => ({
	Image: spec.image,
	Hostname: spec.name.slice(0, 63),
	User: `${user}:${user}`,
	WorkingDir: '/workspace',
	Env: Object.entries({HOME: '/home/developer', ...spec.env}).map(([name, value]) => `${name}=${value}`),
	Labels: labelsFor(owner, spec.workspaceId, spec.generation),
	StopTimeout: 10,
	HostConfig: {...limits(spec, openFiles), ...hardening, ...places(owner, spec.workspaceId)},
});

const limits = (spec: WorkspaceSpec, openFiles: number | null) => ({
	Memory: spec.memoryMiB * MiB,
	// Equal: no swap, so a limit is a limit.
	MemorySwap: spec.memoryMiB * MiB,
	NanoCpus: Math.round(spec.cpus * 1e9),
	PidsLimit: spec.pids,
	Ulimits: openFiles === null ? [] : [{Name: 'nofile', Soft: openFiles, Hard: openFiles}],
	LogConfig: {Type: 'json-file', Config: {'max-size': '10m', 'max-file': '3'}},
});

const hardening = {
	Init: true,
	// The manager owns the state: an engine that starts things by itself would bring the deleted back.
	RestartPolicy: {Name: 'no'},
	AutoRemove: false,
	Privileged: false,
	PublishAllPorts: false,
	CapDrop: ['ALL'],
	CapAdd: [],
	SecurityOpt: ['no-new-privileges:true'],
	Devices: [],
	// Said aloud, because an engine on cgroup v1 would share the host's cgroup namespace.
	CgroupnsMode: 'private',
	IpcMode: 'private',
	PidMode: '',
	UTSMode: '',
	UsernsMode: '',
};

const places = (owner: Owner, workspaceId: string) => ({
	NetworkMode: networkName(workspaceId),
	Mounts: (Object.keys(volumeUses) as VolumeUse[]).map(use => ({
		Type: 'volume',
		Source: volumeName(workspaceId, use),
		Target: volumeUses[use],
		VolumeOptions: {Labels: labelsFor(owner, workspaceId)},
	})),
	Tmpfs: {'/run/secrets': `rw,nosuid,nodev,noexec,size=1m,mode=0700,uid=${user},gid=${user}`},
});
