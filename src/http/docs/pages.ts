import {createHash} from 'node:crypto';
import {koaSwagger} from 'koa2-swagger-ui';
import type {Context} from 'koa';

export interface HtmlPage {
	html: string;
	/** What the page may load and run: from here only, and the inline scripts that it came with. */
	policy: string;
}

export const assetsPath = '/docs/assets';

/** Swagger UI over `/openapi.json`. Everything it loads comes from this service. */
export const swaggerPage = (): HtmlPage => {
	const page = {path: '/docs', body: ''};
	const render = koaSwagger({
		title: 'Workspace Manager API',
		routePrefix: false,
		swaggerCdnUrl: assetsPath,
		swaggerVersion: 'local',
		hideTopbar: true,
		favicon: `${assetsPath}/local/favicon.png`,
		swaggerOptions: {url: '/openapi.json', validatorUrl: null},
	});
	void render(page as unknown as Context, async () => {});
	return withPolicy(page.body.replaceAll(/<link [^>]*fonts\.googleapis\.com[^>]*>/g, ''));
};

/** ReDoc over `/openapi.json`. */
export const redocPage = (): HtmlPage =>
	withPolicy(`<!DOCTYPE html>
<html lang="en">
<head>
	<meta charset="utf-8">
	<title>Workspace Manager API</title>
	<meta name="viewport" content="width=device-width, initial-scale=1">
	<link rel="icon" type="image/png" href="${assetsPath}/local/favicon.png">
	<style>body {margin: 0}</style>
</head>
<body>
	<redoc spec-url="/openapi.json"></redoc>
	<script src="${assetsPath}/local/redoc.standalone.js"></script>
</body>
</html>
`);

const withPolicy = (html: string): HtmlPage => {
	const hashes = [...html.matchAll(/<script>([^]*?)<\/script>/g)].map(
		([, script]) => `'sha256-${createHash('sha256').update(script!).digest('base64')}'`,
	);
	const policy = [
		`default-src 'none'`,
		`script-src 'self' ${hashes.join(' ')}`.trim(),
		// Both pages make styles as they run; a style cannot call anyone, since nothing else may be loaded.
		`style-src 'self' 'unsafe-inline'`,
		`img-src 'self' data:`,
		`font-src 'self' data:`,
		`connect-src 'self'`,
		`worker-src 'self' blob:`,
		`base-uri 'none'`,
		`form-action 'self'`,
		`frame-ancestors 'none'`,
	].join('; ');
	return {html, policy};
};
