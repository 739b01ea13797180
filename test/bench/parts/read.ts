import {setTimeout as pause} from 'node:timers/promises';
import type {Report} from '../../../stack/report.ts';
import type {Row} from '../row.ts';
import {spread} from '../statistics.ts';
import type {World} from '../world.ts';

const perSecond = 50;
const seconds = 10;

/** Reads single workspaces at a steady rate, and then the same rows from the database at the same rate. */
export async function measureRead({api, orm}: World, ids: string[], report: Report): Promise<Row[]> {
	const database = orm.em.getConnection();
	const any = () => ids[Math.floor(Math.random() * ids.length)] ?? '';
	await atRate(1, () => api.get(any()));
	const viaApi = await atRate(seconds, () => api.get(any()));
	report(`Read ${viaApi.length} workspaces, ${perSecond} a second.`);
	const sql = await atRate(seconds, () => database.execute('select * from workspace where id = ?', [any()]));
	const [measured, floor] = [spread(viaApi), spread(sql)];
	return [
		{
			name: `read one, ${perSecond}/s for ${seconds} s`,
			unit: 'ms',
			measured,
			floor,
			target: {of: 'measured', limits: {p95: 20}},
		},
	];
}

/** Begins each call at its moment, however long the ones before take, and measures from that moment on. */
async function atRate(duration: number, call: () => Promise<unknown>): Promise<number[]> {
	const started = performance.now();
	const calls = Array.from({length: duration * perSecond}, async (_, index) => {
		const due = started + (index * 1000) / perSecond;
		await pause(Math.max(0, due - performance.now()));
		// A timer may be early, too.
		const from = Math.min(due, performance.now());
		await call();
		return performance.now() - from;
	});
	return Promise.all(calls);
}
