/**
 * True for an error that says that the database is away or cannot now, not that it refused something. MikroORM has no class for it:
 * outside of a query the driver's own error comes through, and a broken connection has neither a class nor a code there.
 */
export const isDatabaseAway = (error: unknown): boolean => {
	if (!(error instanceof Error)) return false;
	const code = 'code' in error ? String(error.code) : '';
	return networkCodes.has(code) || sqlStates.test(code) || brokenConnection.test(error.message);
};

const networkCodes = new Set([
	'ECONNREFUSED',
	'ECONNRESET',
	'ENOTFOUND',
	'EAI_AGAIN',
	'ETIMEDOUT',
	'EPIPE',
	'EHOSTUNREACH',
	'ENETUNREACH',
]);
// 08: connection, but for 08P01, a message that it did not understand; 40001, 40P01: two
// transactions were in each other's way; 53: no connection, memory or disk left; 57: cancelled, shutting down, crashed, starting up.
const sqlStates = /^(08(?!P01)\w{3}|40001|40P01|53\w{3}|57014|57P0[123])$/;
const brokenConnection =
	/^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;
