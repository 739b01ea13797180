/** What people are, and what is written to them. */
export const enPeople = {
	teamRoles: {viewer: 'viewer', member: 'member', admin: 'admin', owner: 'owner'},
	mail: {
		invitation: {
			subject: '{{inviter}} invites you to the team {{team}}',
			text: `{{inviter}} invites you to the team "{{team}}" as {{role}}.

{{link}}

The invitation is good until {{until}} UTC, and for you alone. If it means nothing to you, let it be.
`,
		},
	},
} as const;
