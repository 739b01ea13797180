import type {Config} from '../../src/config.ts';
import {createApp} from '../../src/app.ts';
import type {Authenticator} from '../../src/http/authenticate.ts';
import {listen, type Listening} from '../../src/http/listen.ts';
import {createRouters} from '../../src/routers.ts';
import type {Services} from '../../src/services.ts';

interface Options {
	/** Looked for before those of the product. */
	authenticators?: Authenticator[];
	config?: Partial<Config>;
}

/** The API of these services where everybody has to sign in, whatever their settings say. */
export const serveSignedIn = (
	services: Services,
	{authenticators = [], config = {}}: Options = {},
): Promise<Listening> => {
	const app = createApp({
		...services,
		config: {...services.config, ...config, enableAuth: true},
		authenticators: [...authenticators, ...services.authenticators],
		routers: createRouters(services),
	});
	return listen(app, {host: '127.0.0.1', port: 0});
};
