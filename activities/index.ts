import {createContainerActivities, type ContainerActivityDependencies} from './container-activities.ts';
import {createDatabaseActivities, type DatabaseActivityDependencies} from './database-activities.ts';

export type Activities = ReturnType<typeof createDatabaseActivities> & ReturnType<typeof createContainerActivities>;
export type ActivityDependencies = DatabaseActivityDependencies & ContainerActivityDependencies;

export {createContainerActivities, createDatabaseActivities};
export {createOperationSteps, type OperationSteps} from './operation-steps.ts';
export {toTemporalFailure} from './failures.ts';
