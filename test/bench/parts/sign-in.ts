import {mkdirSync} from 'node:fs';
import type {Report} from '../../../stack/report.ts';
import {installedKeycloak, prepareKeycloak} from '../../rigs/keycloak/program.ts';
import {createRealm} from '../../rigs/keycloak/realm.ts';
import {endServer, startServer} from '../../rigs/keycloak/server.ts';
import {createApiClient} from '../api/client.ts';
import type {CleanUp} from '../clean-up.ts';
import type {Row} from '../row.ts';
import {spread, timed} from '../statistics.ts';
import type {World} from '../world.ts';

const repetitions = 300;
const warmUps = 30;
const signIns = 30;

/** What it costs to know who asks: the same list from an API with a real Keycloak behind it, in turns with the one that lets everybody in. */
export async function measureSignIn({api, dataDir, startApi}: World, report: Report, cleanUp: CleanUp): Promise<Row[]> {
	await prepareKeycloak(report);
	if (!installedKeycloak()) return [];
	const folder = `${dataDir}/keycloak`;
	mkdirSync(folder);
	cleanUp.add(() => endServer(folder));
	const realm = await createRealm(await startServer(folder));
	const url = await startApi(realm.env);
	// An administrator sees the same workspaces as everybody does while signing in is off.
	const ask = async (token?: string) => createApiClient(url, token ?? (await realm.token('admin'))).list('pageSize=20');
	const token = await realm.token('admin');

	const samples = {signedIn: [] as number[], open: [] as number[]};
	for (let repetition = -warmUps; repetition < repetitions; repetition++) {
		const open = await timed(() => api.list('pageSize=20'));
		const signedIn = await timed(() => ask(token));
		if (repetition < 0) continue;
		samples.open.push(open);
		samples.signedIn.push(signedIn);
	}
	report(`Asked ${repetitions} times with a token and without.`);
	const first: number[] = [];
	for (let repetition = 0; repetition < signIns; repetition++) first.push(await timed(() => ask()));
	const [measured, floor] = [spread(samples.signedIn), spread(samples.open)];
	return [
		{
			name: 'list, signed in with Keycloak',
			unit: 'ms',
			measured,
			floor,
			overhead: Object.fromEntries(
				Object.entries(measured).map(([name, ms]) => [name, ms - (floor[name] ?? Number.NaN)]),
			),
			target: {of: 'overhead', limits: {p95: 5}},
		},
		{name: 'from a password to the first answer', unit: 'ms', measured: spread(first)},
	];
}
