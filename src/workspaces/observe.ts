import type {Observation} from '../containers/container-runtime.ts';
import type {Workspace} from './workspace.entity.ts';

/** Writes down what the engine said just now. */
export const observe = (workspace: Workspace, observation: Observation): void => {
	workspace.observed = observation.state;
	workspace.observedAt = new Date();
	workspace.exitCode = observation.exitCode;
	workspace.observedReason = observation.reason;
};
