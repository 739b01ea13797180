import test from 'ava';
import {buildWorkspace} from '../contracts/container-runtime/workspace.ts';
import {buildDockerWorld, type DockerWorld} from '../helpers/docker-world.ts';

let world: DockerWorld;
test.before(async () => {
	world = await buildDockerWorld();
});
test.after.always(async () => world?.close());

test('what a workspace holds is its files and what its container wrote; others are not in it', async t => {
	const [large, small] = [buildWorkspace(t, world), buildWorkspace(t, world)];
	for (const each of [large, small]) await each.up();
	for (const file of ['/workspace/a', '/home/developer/b', '/tmp/c']) {
		const written = await large.exec(['sh', '-c', `head -c 5000000 /dev/zero > ${file}`]);
		t.is(written.exitCode, 0, written.stderr);
	}
	const usage = await world.runtime.diskUsage(large.context);
	const [much, little] = [usage.get(large.spec.workspaceId)!, usage.get(small.spec.workspaceId)!];
	t.true(much - little >= 14 && much - little <= 20, `${much} ${little}`);
});
