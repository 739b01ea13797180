import {listQuery, Page} from '../http/page.ts';
import {Operation} from './operation.schema.ts';

export const ListOperations = listQuery({sort: ['-createdAt'], filters: {}}).meta({
	id: 'ListOperations',
	description: 'What to list.',
	example: {pageSize: 50},
});
export const OperationPage = Page(Operation).meta({id: 'OperationPage', description: 'A page of operations.'});
