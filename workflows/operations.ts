/**
 * The operations. They differ in the steps that the database planned for them (`operation-plan.ts`), not in how steps are taken; each has a
 * name of its own because that is what an operator reads.
 */
import {saga} from './saga.ts';

/** Makes a workspace for the first time. */
export const provisionWorkspace = saga;
/** Starts a workspace that is stopped or in error. */
export const startWorkspace = saga;
/** Stops a workspace, keeping its files. */
export const stopWorkspace = saga;
/** Stops a workspace and starts it again. */
export const restartWorkspace = saga;
/** Makes a new container from the newest image and settings; when that fails the old one is started again. */
export const rebuildWorkspace = saga;
/** Checks out the repository and runs the set-up script again. */
export const bootstrapWorkspace = saga;
/** Removes everything of a workspace, and confirms that nothing is left. */
export const deleteWorkspace = saga;
