/** No call may wait longer: with no server at all gRPC would wait for ever. */
export const DEADLINE_MS = 2000;
