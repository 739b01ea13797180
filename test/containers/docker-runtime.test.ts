import test from 'ava';
import {containerRuntimeContract} from '../contracts/container-runtime.contract.ts';
import {buildDockerWorld, type DockerWorld} from '../helpers/docker-world.ts';

let world: DockerWorld;
test.before(async () => {
	world = await buildDockerWorld();
});
test.after.always(async () => world?.close());

containerRuntimeContract(async () => world);
