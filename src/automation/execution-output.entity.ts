import {defineEntity, p} from '@mikro-orm/core';
import {Execution} from './execution.entity.ts';

/** A piece of an execution's output. The pieces follow each other without gaps: `offset` is where the one before it ended. */
const ExecutionOutputSchema = defineEntity({
	name: 'ExecutionOutput',
	tableName: 'execution_output',
	properties: {
		execution: () => p.manyToOne(Execution).mapToPk().primary(),
		offset: p.bigint('string').primary(),
		bytes: p.blob(),
		at: p.datetime(3),
	},
});

export class ExecutionOutput extends ExecutionOutputSchema.class {}
ExecutionOutputSchema.setClass(ExecutionOutput);
