// node stack/bootstrap.mjs stack/build-image.ts
// Makes the default workspace image exist in the engine that DOCKER_HOST names, or in this machine's.
import {ensureDocker} from './engine/docker.ts';
import {ensureWorkspaceImage} from './engine/image.ts';
import {onInterrupt} from './processes/on-interrupt.ts';
import {root} from './paths.ts';
import {Problem} from './problem.ts';
import {timedReport} from './report.ts';

const report = timedReport();
onInterrupt(() => process.exit(130));
try {
	const {host, isNew} = await ensureDocker({dataDir: `${root}.data`, env: process.env, report});
	await ensureWorkspaceImage(host, isNew, report);
	report('The workspace image is up to date.');
} catch (error) {
	console.log(error instanceof Problem ? error.message : error);
	process.exitCode = 1;
}
