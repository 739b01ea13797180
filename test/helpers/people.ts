import {randomUUID} from 'node:crypto';
import type {Actor, Grant, PlatformRole} from '../../src/access/actor.ts';
import type {TeamRole, WorkspaceRole} from '../../src/access/permissions.ts';
import type {Authenticator} from '../../src/http/authenticate.ts';
import type {Listening} from '../../src/http/listen.ts';
import {TeamMember} from '../../src/teams/team-member.entity.ts';
import {Team} from '../../src/teams/team.entity.ts';
import {User} from '../../src/users/user.entity.ts';
import {WorkspaceMember} from '../../src/workspaces/workspace-member.entity.ts';
import {Workspace} from '../../src/workspaces/workspace.entity.ts';
import {createClient, type TestClient} from './client.ts';
import type {Installation} from './installation.ts';
import {serveSignedIn} from './signed-in-api.ts';

export interface Person extends TestClient {
	actor: Actor;
}

const DAY_MS = 86_400_000;

/** People of an installation, who use its API with tokens of their own. */
export const peopleOf = ({services}: Installation) => {
	const em = () => services.orm.em.fork();

	// Credentials for what no personal access token is good for: one workspace alone.
	const standIns = new Map<string, Actor>();
	const standIn: Authenticator = async ctx => standIns.get(ctx.get('Authorization')) ?? null;
	let serving: Promise<Listening> | null = null;
	const api = () => (serving ??= serveSignedIn(services, {authenticators: [standIn]}));

	const signIn = async (actor: Actor): Promise<Person> => {
		const authorization = `Bearer ${await credentialOf(actor)}`;
		return {...createClient((await api()).url, {authorization}), actor};
	};

	const credentialOf = async (actor: Actor): Promise<string> => {
		if (actor.grant?.workspaceId) {
			const token = `stand-in-${randomUUID()}`;
			standIns.set(`Bearer ${token}`, actor);
			return token;
		}
		const scopes = [...(actor.grant?.operations ?? ['*'])];
		const expiresAt = new Date(Date.now() + DAY_MS);
		const {token} = await services.accessTokens.create({...actor, grant: null}, {name: 'test', scopes, expiresAt});
		return token;
	};

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
			return signIn({id, name, platformRole, grant});
		},

		/** Who does not sign in. */
		nobody: async (): Promise<TestClient> => createClient((await api()).url),

		/** The same person, with a credential that is good for less. */
		limited: ({actor}: Person, grant: Grant): Promise<Person> => signIn({...actor, grant}),

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
			await (await serving)?.close(0);
		},
	};
};
