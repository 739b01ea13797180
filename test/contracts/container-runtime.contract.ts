import type {ContainerRuntime} from '../../src/containers/container-runtime.ts';
import {execContract} from './container-runtime/exec.ts';
import {execStreamContract} from './container-runtime/exec-stream.ts';
import {failureContract} from './container-runtime/failures.ts';
import {generationContract} from './container-runtime/generations.ts';
import {lifecycleContract} from './container-runtime/lifecycle.ts';
import {logContract} from './container-runtime/logs.ts';
import {observationContract} from './container-runtime/observation.ts';

/** A runtime under test, and what others can do to its objects behind its back. */
export interface RuntimeWorld {
	runtime: ContainerRuntime;
	/** A reference to an image that obeys the variables of `test/helpers/test-image.ts`. */
	image: string;
	imageWithoutCommand: string;
	/** Kills a workspace's container with SIGKILL, as an operator on the machine would. */
	killOutside(workspaceId: string): Promise<void>;
	/** Removes a workspace's container, as an operator on the machine would. */
	removeOutside(workspaceId: string): Promise<void>;
	/** Puts something of the name that a workspace's container will want where it will want it. Answers whether it is still there. */
	plantStranger(
		workspaceId: string,
		generation: number,
	): Promise<{isStillThere(): Promise<boolean>; remove(): Promise<void>}>;
	close(): Promise<void>;
}

/** What every container runtime must do. One suite for the fake, for Docker and for Kubernetes. */
export const containerRuntimeContract = (build: () => Promise<RuntimeWorld>): void => {
	lifecycleContract(build);
	generationContract(build);
	observationContract(build);
	failureContract(build);
	execContract(build);
	execStreamContract(build);
	logContract(build);
};
