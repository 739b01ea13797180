import {createFakeRuntime, type FakeRuntime} from '../fakes/fake-runtime.ts';
import {type Installation, type InstallationOptions, startInstallation} from './installation.ts';

/** The product on an engine in memory: for what a real one cannot be made to do on purpose, and for numbers that it could not carry. */
export const startFakeInstallation = async (
	options: InstallationOptions = {},
): Promise<Installation & {fake: FakeRuntime}> => {
	const fake = createFakeRuntime();
	fake.addImage('workspace-manager/workspace:latest');
	return {...(await startInstallation({...options, runtime: fake})), fake};
};
