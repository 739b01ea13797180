import proto from '@temporalio/proto';
import type {Connection} from '@temporalio/client';
import {searchAttributeNames} from '../src/workspaces/workspace.contract.ts';

const {IndexedValueType} = proto.temporal.api.enums.v1;
const ALREADY_EXISTS = 6;

/** Workflows may carry only attributes that the namespace knows. Safe to repeat. */
export const registerSearchAttributes = async (connection: Connection, namespace: string): Promise<void> => {
	const {customAttributes} = await connection.operatorService.listSearchAttributes({namespace});
	const missing = Object.values(searchAttributeNames).filter(name => !(name in (customAttributes ?? {})));
	if (missing.length === 0) return;
	try {
		await connection.operatorService.addSearchAttributes({
			namespace,
			searchAttributes: Object.fromEntries(missing.map(name => [name, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD])),
		});
	} catch (error) {
		// Another worker was faster.
		if (!(error instanceof Error && 'code' in error && error.code === ALREADY_EXISTS)) throw error;
	}
};
