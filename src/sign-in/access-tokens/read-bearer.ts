import type {Actor} from '../../access/actor.ts';
import type {Authenticator} from '../../http/authenticate.ts';

/** Reads bearer tokens that begin like this, and leaves all others to others. */
export const readBearer =
	(prefix: string, authenticate: (token: string) => Promise<Actor>): Authenticator =>
	async ctx => {
		const [, token] = /^Bearer +(.+)$/i.exec(ctx.get('Authorization')) ?? [];
		return token?.startsWith(prefix) ? authenticate(token) : null;
	};
