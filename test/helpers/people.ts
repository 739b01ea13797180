import {randomUUID} from 'node:crypto';
import type {Actor, Grant, PlatformRole} from '../../src/access/actor.ts';
import type {TeamRole, WorkspaceRole} from '../../src/access/permissions.ts';
import {createApp} from '../../src/app.ts';
import {listen} from '../../src/http/listen.ts';
import {createRouters} from '../../src/routers.ts';
import {TeamMember} from '../../src/teams/team-member.entity.ts';
import {Team} from '../../src/teams/team.entity.ts';
import {User} from '../../src/users/user.entity.ts';
import {WorkspaceMember} from '../../src/workspaces/workspace-member.entity.ts';
import {Workspace} from '../../src/workspaces/workspace.entity.ts';
import {createClient, type TestClient} from './client.ts';
import type {Installation} from './installation.ts';

export interface Person extends TestClient {
	actor: Actor;
}

/** People of an installation, and the API as it is for each of them: for what they may do, not for how they sign in. */
export const peopleOf = ({services}: Installation) => {
	const close: (() => Promise<void>)[] = [];
	const em = () => services.orm.em.fork();

	const serve = async (actor: Actor | null): Promise<TestClient> => {
		const config = {...services.config, enableAuth: true};
		const app = createApp({...services, config, authenticators: [async () => actor], routers: createRouters(services)});
		const server = await listen(app, {host: '127.0.0.1', port: 0});
		close.push(() => server.close(0));
		return createClient(server.url);
	};
	const serveAs = async (actor: Actor): Promise<Person> => ({...(await serve(actor)), actor});

	return {
		async person({platformRole = 'member', grant = null}: {platformRole?: PlatformRole; grant?: Grant | null} = {}) {
			const id = randomUUID();
			const name = `person-${id.slice(0, 8)}`;
			await em().insert(User, {
				id,
				name,
				platformRole,
				email: `${name}@example.com`,
				emailVerified: true,
				createdAt: new Date(),
			});
			return serveAs({id, name, platformRole, grant});
		},

		/** Who does not sign in. */
		nobody: () => serve(null),

		/** The same person, with a credential that is good for less. */
		limited: ({actor}: Person, grant: Grant): Promise<Person> => serveAs({...actor, grant}),

		async team(members: [Person, TeamRole][] = []): Promise<string> {
			const id = randomUUID();
			const now = new Date();
			await em().insert(Team, {
				id,
				name: `team-${id.slice(0, 8)}`,
				avatarUrl: null,
				createdAt: now,
				updatedAt: now,
				deletedAt: null,
			});
			for (const [{actor}, role] of members)
				await em().insert(TeamMember, {team: id, user: actor.id, role, joinedAt: now});
			return id;
		},

		/** Gives somebody a role in a workspace; null: none any more. */
		async give(workspaceId: string, {actor}: Person, role: WorkspaceRole | null): Promise<void> {
			if (role === 'owner') {
				await em().nativeUpdate(Workspace, {id: workspaceId}, {owner: actor.id});
				return;
			}
			await em().nativeDelete(WorkspaceMember, {workspace: workspaceId, user: actor.id});
			if (role === null) return;
			const row = {workspace: workspaceId, user: actor.id, role, addedBy: actor.id, createdAt: new Date()};
			await em().insert(WorkspaceMember, row);
		},

		/** Takes somebody's roles away. */
		async remove({actor}: Person, teamId: string, workspaceId: string): Promise<void> {
			await em().nativeDelete(TeamMember, {team: teamId, user: actor.id});
			await em().nativeDelete(WorkspaceMember, {workspace: workspaceId, user: actor.id});
		},

		async close(): Promise<void> {
			for (const each of close) await each();
		},
	};
};
