import {createContainerActivities, type ContainerActivityDependencies} from './container-activities.ts';
import {createDatabaseActivities, type DatabaseActivityDependencies} from './database-activities.ts';
import {createRunActivities, type RunActivityDependencies} from './run-activities.ts';

export type Activities = ReturnType<typeof createDatabaseActivities> &
	ReturnType<typeof createContainerActivities> &
	ReturnType<typeof createRunActivities>;
export type ActivityDependencies = DatabaseActivityDependencies &
	ContainerActivityDependencies &
	RunActivityDependencies;

export {createContainerActivities, createDatabaseActivities, createRunActivities};
export {createOperationSteps, type OperationSteps} from './operation-steps.ts';
export {toTemporalFailure} from './failures.ts';
