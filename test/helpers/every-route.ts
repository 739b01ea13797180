import {createDocsRouter} from '../../src/http/docs/docs.router.ts';
import {buildOpenApi} from '../../src/http/docs/openapi.ts';
import {createHealthRouter} from '../../src/http/monitoring/health.router.ts';
import {createMetricsRouter} from '../../src/http/monitoring/metrics.router.ts';
import {listRoutes, mount} from '../../src/http/routes.ts';
import {createRouters} from '../../src/routers.ts';

/** The routes of the product, without its services: registering a route asks none of them anything. */
const router = mount([
	createHealthRouter({} as never),
	createMetricsRouter({} as never),
	createDocsRouter({} as never),
	...createRouters({} as never),
]);

export const everyRoute = listRoutes(router);
export const everyDocument = buildOpenApi(everyRoute);
