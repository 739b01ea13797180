import type {AuditEventView} from '../../src/audit/audit.schema.ts';
import type {TestClient} from '../helpers/client.ts';
import type {Installation} from '../helpers/installation.ts';

type Row = Record<string, unknown>;

/** What tests ask of the audit trail, past the API and through it. */
export const trailOf = ({services}: Installation) => {
	const rows = (sql: string, params: unknown[] = []): Promise<Row[]> =>
		services.orm.em.fork().execute<Row[]>(sql, params as never[]);
	return {
		rows,
		ofRequest: (requestId: string): Promise<Row[]> =>
			rows('select * from audit_event where request_id = ? order by number', [requestId]),
		/** The number of the last event. */
		async last(): Promise<number> {
			return Number((await rows('select coalesce(max(number), 0) as last from audit_event'))[0]!['last']);
		},
	};
};

export const eventsSeenBy = async (person: TestClient, query = ''): Promise<AuditEventView[]> =>
	(await person.get(`/audit?pageSize=100${query}`)).body.items;
