import type {EntityManager, FilterQuery} from '@mikro-orm/postgresql';
import {v7 as uuid} from 'uuid';
import type {Actor} from '../access/actor.ts';
import type {AccessService} from '../access/access.service.ts';
import {visibleWorkspaces} from '../access/visible.ts';
import type {RuntimeKind} from '../containers/container-runtime.ts';
import {AppError} from '../errors.ts';
import {containing, sortOrder, toWindow} from '../http/page.ts';
import {requireRevision} from '../http/revision.ts';
import type {ImageCatalogue} from '../images/image-catalogue.ts';
import {nameTaken} from '../name-taken.ts';
import {holdTeams, requireInTeam} from '../teams/locked-team.ts';
import {subjectOf, whenRunning} from '../quotas/quota.ts';
import type {QuotaService} from '../quotas/quota.service.ts';
import {Target} from '../targets/target.entity.ts';
import {acceptOperation} from './accept-operation.ts';
import {Operation} from './operation.entity.ts';
import type {Waker} from './waker.ts';
import {Workspace} from './workspace.entity.ts';
import {type Command, decide, desiredAfterAccepting, isSuperseded, tailOf} from './workspace-lifecycle.ts';
import type {ListWorkspaces} from './workspace-list.schema.ts';
import {activeOperations, type LockedWorkspace, type WorkspaceTransactions} from './workspace-transaction.ts';
import type {CreateWorkspace, UpdateWorkspace} from './workspace.schema.ts';

export interface WorkspaceServiceDependencies {
	em: EntityManager;
	transactions: WorkspaceTransactions;
	waker: Waker;
	access: AccessService;
	images: ImageCatalogue;
	quotas: QuotaService;
	/** Where new workspaces live, and what runs them there. */
	target: string;
	runtime: RuntimeKind;
}

export interface CommandResult {
	workspace: Workspace;
	/** null: there was nothing to do. */
	operation: Operation | null;
	joined: boolean;
}

export type WorkspaceService = ReturnType<typeof createWorkspaceService>;

/** What people may do with workspaces. Everything is accepted in one transaction; the work itself is done by workflows. */
export const createWorkspaceService = ({
	em,
	transactions,
	waker,
	access,
	images,
	quotas,
	target,
	runtime,
}: WorkspaceServiceDependencies) => {
	return {
		/** Rejects with IMAGE_NOT_IN_CATALOGUE, RUNTIME_NOT_AVAILABLE, RESOURCES_EXCEED_MACHINE, WORKSPACE_NAME_TAKEN, TEAM_NOT_FOUND, PERMISSION_DENIED, OWNER_NOT_IN_TEAM, QUOTA_EXCEEDED; then nothing was made. */
		async create(actor: Actor, input: CreateWorkspace): Promise<Workspace> {
			const image = images.require(input.image);
			if (input.teamId) await access.requireTeam(actor, 'team.workspaces.create', input.teamId);
			if (input.runtime !== runtime) throw runtimeNotAvailable(input.runtime);
			await requireRoom(em, target, input.resources);
			const workspace = await nameTaken(
				'WORKSPACE_NAME_TAKEN',
				() => input.name,
				() =>
					transactions.run(async transaction => {
						if (input.teamId) {
							await holdTeams(transaction.tx, [input.teamId]);
							await requireInTeam(transaction.tx, actor.id, input.teamId);
						}
						const subject = subjectOf({team: input.teamId, owner: actor.id});
						const wanted = {workspaces: 1, diskMiB: input.resources.diskMiB ?? 0, ...whenRunning(input.resources)};
						const inTeam = input.teamId ? {workspaces: 'teamId', runningWorkspaces: 'teamId'} : {};
						await quotas.requireRoomIn(transaction.tx, subject, wanted, {...inTeam, ...wantedByResources});
						const created = transaction.tx.create(Workspace, newWorkspace(actor, input, image.id, target));
						// The row must be there before anything that refers to it.
						await transaction.tx.flush();
						await acceptOperation({...transaction, workspace: created}, 'create', byUser('create'), actor.id);
						transaction.record(created.id, 'status', 'workspaceStatus', {status: created.status});
						return created;
					}),
			);
			waker.wake(workspace.id);
			return workspace;
		},

		/** One page of what the actor may see, and how many there are in all. */
		async list(actor: Actor, query: ListWorkspaces): Promise<[Workspace[], number]> {
			const where: FilterQuery<Workspace> = {deletedAt: null, ...visibleWorkspaces(actor)};
			if (query.ownerId) where.owner = query.ownerId;
			if (query.teamId) where.team = query.teamId;
			if (query.status) where.status = query.status;
			if (query.image) where.image = query.image;
			if (query.search) where.name = {$like: containing(query.search)};
			const {field, direction} = sortOrder(query.sort);
			return em.findAndCount(Workspace, where, {...toWindow(query), orderBy: [{[field]: direction}, {id: 'asc'}]});
		},

		/** Rejects with WORKSPACE_NOT_FOUND. */
		async get(id: string): Promise<Workspace> {
			const workspace = await em.findOne(Workspace, {id, deletedAt: null});
			if (!workspace) throw new AppError('WORKSPACE_NOT_FOUND');
			return workspace;
		},

		/** Rejects with WORKSPACE_NOT_FOUND, REVISION_CONFLICT, WORKSPACE_DELETING, WORKSPACE_NAME_TAKEN, RESOURCES_EXCEED_MACHINE, QUOTA_EXCEEDED. */
		async update(id: string, input: UpdateWorkspace, revision: number | null): Promise<Workspace> {
			const updated = await nameTaken(
				'WORKSPACE_NAME_TAKEN',
				() => input.name ?? '',
				() =>
					transactions.locked(id, async ({tx, workspace, record}) => {
						requireRevision(revision, workspace.revision);
						if (workspace.desired === 'deleted') throw new AppError('WORKSPACE_DELETING');
						const {resources, ...fields} = input;
						if (resources) await requireRoom(tx, workspace.target, {...limitsOf(workspace), ...resources});
						// Taken up at once, though the container has them only from its next start on.
						if (resources?.diskMiB)
							await quotas.requireRoomIn(
								tx,
								subjectOf(workspace),
								{diskMiB: resources.diskMiB - workspace.heldMiB()},
								wantedByResources,
							);
						if (resources && workspace.desired === 'running')
							await quotas.requireRoomIn(tx, subjectOf(workspace), growth(workspace, resources), wantedByResources);
						tx.assign(workspace, {...fields, ...resources}, {mergeObjectProperties: true});
						if (input.env || resources || input.healthCommand !== undefined || input.name)
							workspace.settingsPending = true;
						if ((input.gitUrl || input.setupScript) && workspace.bootstrap.status === 'none') {
							workspace.bootstrap = {...workspace.bootstrap, status: 'pending'};
						}
						record(id, 'status', 'workspaceUpdated', {fields: Object.keys(input).join(', ')});
						return workspace;
					}),
			);
			// Autostop and time to live may be due at another time now.
			waker.wake(id);
			return updated;
		},

		/** Rejects with WORKSPACE_NOT_FOUND, REVISION_CONFLICT QUOTA_EXCEEDED, or the code of the rule that says no (`workspace-lifecycle.ts`). */
		async command(actor: Actor, id: string, command: Command, revision: number | null = null): Promise<CommandResult> {
			const result = await transactions.locked(id, async locked => {
				requireRevision(revision, locked.workspace.revision);
				return acceptCommand(locked, command, actor, quotas);
			});
			waker.wake(id);
			return result;
		},
	};
};

const acceptCommand = async (
	locked: LockedWorkspace,
	command: Command,
	actor: Actor,
	quotas: QuotaService,
): Promise<CommandResult> => {
	const {tx, workspace, record} = locked;
	const active = await activeOperations(tx, workspace.id);
	const last = active.at(-1) ?? null;
	const decision = decide(command, tailOf(workspace.status, last?.kind ?? null));
	const isEmpty = command === 'bootstrap' && !workspace.gitUrl && !workspace.setupScript;
	if (decision === 'nothingToDo' || (decision === 'accept' && isEmpty))
		return {workspace, operation: null, joined: false};
	if (decision === 'join') return {workspace, operation: last, joined: true};
	if (decision !== 'accept' && decision !== 'preempt') throw new AppError(decision, {name: workspace.name});

	if (desiredAfterAccepting[command] === 'running' && workspace.desired !== 'running')
		await quotas.requireRoomIn(tx, subjectOf(workspace), whenRunning(workspace));
	const operation = await acceptOperation(locked, command, byUser(command), actor.id);
	for (const other of active) {
		if (other.status === 'running' && decision === 'preempt') {
			other.cancelRequested = true;
			other.supersededBy = operation.id;
		} else if (other.status === 'queued' && isSuperseded(other.kind, command)) {
			other.status = 'superseded';
			other.supersededBy = operation.id;
			other.finishedAt = new Date();
			record(workspace.id, 'operation', 'operationSuperseded', {
				operationId: other.id,
				kind: other.kind,
				by: operation.id,
			});
		}
	}
	workspace.lastActivityAt = new Date();
	return {workspace, operation, joined: false};
};

const wantedByResources = {
	cpus: 'resources.cpus',
	memoryMiB: 'resources.memoryMiB',
	diskMiB: 'resources.diskMiB',
};

const growth = (
	{cpus, memoryMiB}: Workspace,
	resources: {cpus?: number | undefined; memoryMiB?: number | undefined},
) => ({cpus: (resources.cpus ?? cpus) - cpus, memoryMiB: (resources.memoryMiB ?? memoryMiB) - memoryMiB});

const limitsOf = ({cpus, memoryMiB}: Workspace) => ({cpus, memoryMiB});

const runtimeNotAvailable = (runtime: RuntimeKind): AppError =>
	new AppError('RUNTIME_NOT_AVAILABLE', {runtime}, {fields: [{path: 'runtime', code: 'RUNTIME_NOT_AVAILABLE'}]});

const byUser = (command: Command | 'create') => ({code: 'user', params: {command}});

const requireRoom = async (
	em: EntityManager,
	target: string,
	wanted: {cpus: number; memoryMiB: number},
): Promise<void> => {
	const machine = await em.findOne(Target, {id: target});
	if (!machine || (wanted.cpus <= machine.cpus && wanted.memoryMiB <= machine.memoryMiB)) return;
	const path = wanted.cpus > machine.cpus ? 'resources.cpus' : 'resources.memoryMiB';
	throw new AppError(
		'RESOURCES_EXCEED_MACHINE',
		{cpus: machine.cpus, memoryMiB: machine.memoryMiB},
		{fields: [{path, code: 'RESOURCES_EXCEED_MACHINE'}]},
	);
};

const newWorkspace = (actor: Actor, input: CreateWorkspace, image: string, target: string) => {
	const now = new Date();
	return {
		id: uuid(),
		name: input.name,
		description: input.description,
		owner: actor.id,
		team: input.teamId,
		runtime: input.runtime,
		target,
		image,
		pinnedImage: null,
		gitUrl: input.gitUrl,
		branch: input.branch,
		setupScript: input.setupScript,
		env: input.env,
		...input.resources,
		healthCommand: input.healthCommand,
		healthTimeoutSeconds: input.healthTimeoutSeconds,
		restartPolicy: input.restartPolicy,
		autostopMinutes: input.autostopMinutes,
		ttlMinutes: input.ttlMinutes,
		desired: 'running' as const,
		status: 'creating' as const,
		observed: 'absent' as const,
		observedAt: null,
		exitCode: null,
		observedReason: null,
		reason: byUser('create'),
		bootstrap: {
			status: input.gitUrl || input.setupScript ? ('pending' as const) : ('none' as const),
			step: null,
			exitCode: null,
			output: null,
			finishedAt: null,
		},
		repairAfter: null,
		diskUsedMiB: null,
		diskMeasuredAt: null,
		diskExceededAt: null,
		lastActivityAt: now,
		provisionedAt: null,
		createdAt: now,
		updatedAt: now,
		deletedAt: null,
	};
};
