import type {EntityManager} from '@mikro-orm/postgresql';
import {namesOf} from '../../users/find-person.ts';
import {Team} from '../team.entity.ts';
import type {Invitation} from './invitation.entity.ts';
import type {InvitationPreviewView, InvitationView, OwnInvitationView} from './invitation.schema.ts';

export type InvitationViews = ReturnType<typeof createInvitationViews>;

/** Views of invitations, with the names of people and teams read for all of them at once. */
export const createInvitationViews = ({em}: {em: EntityManager}) => {
	const named = (found: readonly Invitation[]): Promise<Map<string, string>> =>
		namesOf(
			em,
			found.flatMap(({invitedBy, user}) => (user === null ? [invitedBy] : [invitedBy, user])),
		);

	const offers = async (found: readonly Invitation[]): Promise<InvitationPreviewView[]> => {
		const names = await named(found);
		const teams = await em.find(Team, {id: {$in: found.map(({team}) => team)}}, {fields: ['name']});
		const teamNames = new Map(teams.map(({id, name}) => [id, name]));
		return found.map(({team, role, invitedBy, expiresAt}) => ({
			teamName: teamNames.get(team) ?? '',
			role,
			inviterName: names.get(invitedBy) ?? '',
			expiresAt: expiresAt.toISOString(),
		}));
	};

	return {
		/** As the team sees them. */
		async ofTeam(found: readonly Invitation[]): Promise<InvitationView[]> {
			const names = await named(found);
			return found.map(one => ({
				id: one.id,
				email: one.email,
				user: one.user === null ? null : {id: one.user, name: names.get(one.user) ?? ''},
				role: one.role,
				status: one.statusNow(),
				inviterName: names.get(one.invitedBy) ?? '',
				createdAt: one.createdAt.toISOString(),
				expiresAt: one.expiresAt.toISOString(),
				answeredAt: one.answeredAt?.toISOString() ?? null,
				mailedAt: one.mailedAt?.toISOString() ?? null,
				mailError: one.mailError,
				revision: one.revision,
			}));
		},

		/** As those see them who are invited. */
		async own(found: readonly Invitation[]): Promise<OwnInvitationView[]> {
			return (await offers(found)).map((offer, index) => ({id: found[index]!.id, ...offer}));
		},

		/** As anybody sees it who has the token. */
		async preview(invitation: Invitation): Promise<InvitationPreviewView> {
			const [offer] = await offers([invitation]);
			return offer!;
		},
	};
};
