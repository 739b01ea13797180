import type {Report} from '../../../stack/report.ts';
import type {Row} from '../row.ts';
import {spread, timed} from '../statistics.ts';
import type {World} from '../world.ts';
import {rowCount} from './seed.ts';

const repetitions = 100;
const warmUps = 10;
const pageSize = 50;

/** What is asked for, and the same in SQL. */
const pages = [
	{name: 'first page', query: 'page=1', where: '', offset: 0},
	{
		name: 'filtered by status and name',
		query: 'page=1&status=stopped&search=bill',
		where: `and status = 'stopped' and name like '%bill%'`,
		offset: 0,
	},
	{name: 'last page', query: `page=${rowCount / pageSize}`, where: '', offset: rowCount - pageSize},
];

/** Asks for pages of a long list, one request at a time, in turns with the queries that any answer needs: the rows, and how many there are. */
export async function measureList({api, orm}: World, report: Report): Promise<Row[]> {
	const database = orm.em.getConnection();
	const rows: Row[] = [];
	for (const {name, query, where, offset} of pages) {
		const filter = `from workspace where deleted_at is null ${where}`;
		const select = `select * ${filter} order by created_at desc, id limit ${pageSize} offset ${offset}`;
		const samples = {viaApi: [] as number[], sql: [] as number[]};
		for (let repetition = -warmUps; repetition < repetitions; repetition++) {
			const viaApi = await timed(() => api.list(`pageSize=${pageSize}&${query}`));
			const sql = await timed(() =>
				Promise.all([database.execute(select), database.execute(`select count(*) ${filter}`)]),
			);
			if (repetition < 0) continue;
			samples.viaApi.push(viaApi);
			samples.sql.push(sql);
		}
		rows.push({
			name: `list of ${rowCount}, ${name}`,
			unit: 'ms',
			measured: spread(samples.viaApi),
			floor: spread(samples.sql),
			overhead: spread(samples.viaApi.map((ms, index) => ms - (samples.sql[index] ?? Number.NaN))),
			target: {of: 'measured', limits: {p95: 50}},
		});
		report(`Asked ${repetitions} times for a page of ${rowCount}: ${name}.`);
	}
	return rows;
}
