interface Cookie {
	name: string;
	value: string;
	host: string;
	path: string;
	secure: boolean;
}

type Init = Omit<RequestInit, 'headers'> & {headers?: Record<string, string>};

export type Browser = ReturnType<typeof createBrowser>;

/**
 * As much of a browser as signing in takes: cookies by host, path and connection, redirects, forms. `places` says what answers at an address, as a
 * proxy in front of the service would: `{'https://workspaces.example.com': 'http://127.0.0.1:4711'}`.
 */
export const createBrowser = (places: Record<string, string> = {}) => {
	let cookies: Cookie[] = [];

	const isSecret = ({protocol, hostname}: URL): boolean => protocol === 'https:' || hostname === '127.0.0.1';
	const cookiesFor = (url: URL): Cookie[] =>
		cookies.filter(
			({host, path, secure}) => host === url.hostname && url.pathname.startsWith(path) && (!secure || isSecret(url)),
		);

	const keep = (url: URL, header: string): void => {
		const [pair = '', ...attributes] = header.split(';').map(part => part.trim());
		const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
		const attribute = (wanted: string) =>
			attributes.find(each => each.toLowerCase().startsWith(wanted))?.slice(wanted.length);
		const path = attribute('path=') ?? '/';
		cookies = cookies.filter(each => each.name !== name || each.host !== url.hostname || each.path !== path);
		const expires = attribute('expires=');
		const isOver = attribute('max-age=') === '0' || (expires !== undefined && Date.parse(expires) <= Date.now());
		if (!isOver) cookies.push({name, value, host: url.hostname, path, secure: attribute('secure') !== undefined});
	};

	/** One request, as a page or a link makes it. */
	const request = async (address: string | URL, init: Init = {}): Promise<Response> => {
		const url = new URL(address);
		const cookie = cookiesFor(url)
			.map(({name, value}) => `${name}=${value}`)
			.join('; ');
		const response = await fetch((places[url.origin] ?? url.origin) + url.pathname + url.search, {
			redirect: 'manual',
			...init,
			headers: {...(cookie ? {cookie} : {}), ...init.headers},
		});
		for (const header of response.headers.getSetCookie()) keep(url, header);
		return response;
	};

	/** Follows redirects until `isThere`, which is the last address that is not asked, or until a page. */
	const follow = async (
		address: string,
		init: Init = {},
		isThere: (url: string) => boolean = () => false,
	): Promise<{url: string; status: number; html: string}> => {
		let url = address;
		let how: Init = init;
		for (let hops = 0; hops < 10; hops++) {
			if (isThere(url)) return {url, status: 0, html: ''};
			const response = await request(url, {...how, headers: {accept: 'text/html,*/*;q=0.8', ...how.headers}});
			const location = response.headers.get('location');
			const html = await response.text();
			if (response.status < 300 || response.status > 399 || !location) return {url, status: response.status, html};
			url = new URL(location, url).href;
			how = {};
		}
		throw new Error(`Too many redirects: ${url}`);
	};

	/** Fills in the form of a page. Follows where that leads. */
	const submit = (
		page: {url: string; html: string},
		fields: Record<string, string>,
		isThere?: (url: string) => boolean,
	) => {
		const action = /<form[^>]* action="([^"]+)"/.exec(page.html)?.[1]?.replaceAll('&amp;', '&');
		if (!action) throw new Error(`No form at ${page.url}: ${page.html.slice(0, 2000)}`);
		const hidden = [...page.html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
		const body = new URLSearchParams({
			...Object.fromEntries(hidden.map(([, name, value]) => [name!, value!])),
			...fields,
		});
		return follow(new URL(action, page.url).href, {method: 'POST', body}, isThere);
	};

	return {
		request,
		follow,
		submit,
		cookie: (name: string): string | undefined => cookies.find(each => each.name === name)?.value,
		plant(url: string, name: string, value: string): void {
			cookies = cookies.filter(each => each.name !== name);
			cookies.push({name, value, host: new URL(url).hostname, path: '/', secure: false});
		},
	};
};
