import Koa from 'koa';
import type {EntityManager} from '@mikro-orm/core';
import type {AccessService} from './access/access.service.ts';
import type {AuditTrail} from './audit/audit-trail.ts';
import type {Config} from './config.ts';
import {createAccessWatch} from './http/access-watch.ts';
import {audited} from './http/audited.ts';
import {authenticate, type Authenticator} from './http/authenticate.ts';
import {bodyReaders} from './http/body.ts';
import type {AppState} from './http/context.ts';
import {createDocsRouter} from './http/docs/docs.router.ts';
import {buildOpenApi} from './http/docs/openapi.ts';
import {handleErrors} from './http/handle-errors.ts';
import {identify} from './http/identify.ts';
import {createHealthRouter} from './http/monitoring/health.router.ts';
import type {HealthService} from './http/monitoring/health.service.ts';
import {createMetricsRouter} from './http/monitoring/metrics.router.ts';
import {createMetrics, type Metrics} from './http/monitoring/metrics.ts';
import {noRoute} from './http/no-route.ts';
import {ownSources} from './http/own-hosts.ts';
import {provide} from './http/provide.ts';
import {limitRequests} from './http/rate-limit.ts';
import type {RateLimits} from './http/rate-limits.ts';
import type {AppRouter} from './http/router.ts';
import {listRoutes, mount} from './http/routes.ts';
import {crossOrigin, securityHeaders} from './http/security-headers.ts';
import {unitOfWork} from './http/unit-of-work.ts';
import type {IdempotencyService} from './idempotency/idempotency.service.ts';
import type {Logger} from './logger.ts';

/** What the API needs from the rest of the service. */
export interface HttpDependencies {
	config: Pick<Config, 'enableAuth' | 'publicUrl' | 'host' | 'allowedHosts' | 'allowedOrigins' | 'trustedProxies'>;
	log: Logger;
	orm: {em: EntityManager};
	health: HealthService;
	access: AccessService;
	idempotency: IdempotencyService;
	rateLimits: RateLimits;
	auditTrail: AuditTrail;
	/** The kinds of credentials, in the order in which they are looked for. */
	authenticators: readonly Authenticator[];
	/** The routers of the resources. */
	routers: readonly AppRouter[];
	/** When they are read elsewhere as well. */
	metrics?: Metrics;
	/** Aborts when the process begins to stop. */
	shutdown?: AbortSignal;
}

/** The order in which a request is handled, and the list of routers. Throws when a route has no `authorize`. */
export const createApp = (services: HttpDependencies): Koa<AppState> => {
	const {
		config,
		log,
		orm,
		access,
		idempotency,
		health,
		shutdown = new AbortController().signal,
		metrics = createMetrics(),
	} = services;
	const router = mount([
		createHealthRouter({health}),
		createMetricsRouter({metrics}),
		createDocsRouter({document: () => document}),
		...services.routers,
	]);
	const document = buildOpenApi(listRoutes(router));

	const app = new Koa<AppState>({proxy: config.trustedProxies > 0, maxIpsCount: config.trustedProxies});
	app.on('error', (err: unknown) => log.debug({err}, 'an answer could not be sent'));
	app
		.use(identify(log))
		.use(metrics.observe)
		.use(handleErrors())
		.use(securityHeaders())
		.use(ownSources(config))
		.use(crossOrigin(config))
		.use(bodyReaders())
		.use(unitOfWork(orm))
		.use(provide({access, idempotency, shutdown, accessWatch: createAccessWatch(orm)}))
		.use(authenticate(config, services.authenticators))
		.use(limitRequests(config, services.rateLimits))
		.use(audited(services.auditTrail))
		.use(router.routes())
		.use(noRoute(router));
	return app;
};
