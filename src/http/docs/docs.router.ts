import {AppError} from '../../errors.ts';
import {service} from '../../version.ts';
import {authorize} from '../authorize.ts';
import type {RouteContext} from '../context.ts';
import {type AppRouter, createRootRouter} from '../router.ts';
import {assetsPath, type HtmlPage, redocPage, swaggerPage} from './pages.ts';
import {openAsset} from './assets.ts';
import type {OpenApiDocument} from './openapi.types.ts';

const links = {docs: '/docs', redoc: '/redoc', openapi: '/openapi.json', health: '/health', api: '/api/v1'};

export const createDocsRouter = ({document}: {document: () => OpenApiDocument}): AppRouter => {
	const router = createRootRouter();
	const swagger = swaggerPage();
	const redoc = redocPage();

	/**
	 * @openapi
	 * /:
	 *   get:
	 *     tags: [Service]
	 *     operationId: getAbout
	 *     summary: Name, version, and where to go from here
	 *     responses:
	 *       200:
	 *         description: The service in short
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/About'}}}
	 */
	router.get('/', authorize('public'), ctx => {
		ctx.body = {name: service.name, version: service.version, links};
	});

	/**
	 * @openapi
	 * /openapi.json:
	 *   get:
	 *     tags: [Service]
	 *     operationId: getOpenApi
	 *     summary: This document
	 *     responses:
	 *       200:
	 *         description: OpenAPI 3.1
	 *         content: {application/json: {schema: {type: object}}}
	 */
	router.get('/openapi.json', authorize('public'), ctx => {
		ctx.body = document();
	});

	/**
	 * @openapi
	 * /docs:
	 *   get:
	 *     tags: [Service]
	 *     operationId: getSwaggerUi
	 *     summary: This document as a page to try it from (Swagger UI)
	 *     responses:
	 *       200:
	 *         description: A page
	 *         content: {text/html: {schema: {type: string}}}
	 */
	router.get('/docs', authorize('public'), ctx => answerPage(ctx, swagger));

	/**
	 * @openapi
	 * /redoc:
	 *   get:
	 *     tags: [Service]
	 *     operationId: getRedoc
	 *     summary: This document as a page to read (ReDoc)
	 *     responses:
	 *       200:
	 *         description: A page
	 *         content: {text/html: {schema: {type: string}}}
	 */
	router.get('/redoc', authorize('public'), ctx => answerPage(ctx, redoc));

	router.get(`${assetsPath}/local/:name`, authorize('public'), ctx => {
		const asset = openAsset(ctx.params['name'] ?? '');
		if (!asset) throw new AppError('ROUTE_NOT_FOUND');
		ctx.type = asset.type;
		ctx.set('Cache-Control', 'public, max-age=3600');
		ctx.body = asset.body;
	});

	return router;
};

const answerPage = (ctx: RouteContext, page: HtmlPage): void => {
	ctx.set('Content-Security-Policy', page.policy);
	ctx.type = 'text/html';
	ctx.body = page.html;
};
