import test from 'ava';
import {serve} from '../../helpers/serve.ts';

test('the service says what it is and where to go', async t => {
	const {fetch} = await serve(t);
	const about = (await (await fetch('/')).json()) as {name: string; links: Record<string, string>};
	t.is(about.name, 'workspace-manager');
	for (const link of Object.values(about.links).filter(address => address !== '/api/v1')) {
		t.is((await fetch(link)).status, 200, link);
	}
});

for (const path of ['/docs', '/redoc']) {
	test(`${path} loads everything from here, and its policy allows nothing else`, async t => {
		const {fetch} = await serve(t);
		const response = await fetch(path);
		const html = await response.text();
		t.true(response.headers.get('content-type')!.startsWith('text/html'));
		const policy = response.headers.get('content-security-policy')!;
		t.true(policy.includes("script-src 'self'"));
		t.false(/script-src[^;]*unsafe/.test(policy));
		const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!);
		t.true(loaded.length > 1);
		for (const address of loaded) {
			t.true(address.startsWith('/'), address);
			const asset = await fetch(address);
			t.is(asset.status, 200, address);
			t.true((await asset.arrayBuffer()).byteLength > 100);
		}
	});
}

test('only the files of the pages are served', async t => {
	const {fetch} = await serve(t);
	for (const name of ['package.json', '..%2f..%2fpackage.json', 'constructor', '__proto__', 'index.html']) {
		t.is((await fetch(`/docs/assets/local/${name}`)).status, 404, name);
	}
});
