import type {Texts} from './en.ts';

/** 人員的角色，以及寄給他們的郵件。 */
export const zhTWPeople: Pick<Texts, 'teamRoles' | 'mail'> = {
	teamRoles: {viewer: '檢視者', member: '成員', admin: '管理員', owner: '擁有者'},
	mail: {
		invitation: {
			subject: '{{inviter}} 邀請您加入「{{team}}」團隊',
			text: `{{inviter}} 邀請您以{{role}}身分加入「{{team}}」團隊。

{{link}}

此邀請的有效期限至 {{until}}（UTC），且僅供您本人使用。若您不清楚這份邀請的來由，請不必理會。
`,
		},
	},
};
