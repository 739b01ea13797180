import {randomBytes} from 'node:crypto';
import type Dockerode from 'dockerode';

/**
 * What the test image does, said by variables: SAY and SAY_ERR are written at the start, TICK counts for ever, EXIT_WITH ends with a
 * code (AFTER seconds), HOG takes all the memory there is, IGNORE_TERM does not stop when asked. (HOG ends half a second after its
 * kill, because an engine on cgroup v1 now and then misses the cause when the container is gone at once.)
 */
const script = `
[ -n "$IGNORE_TERM" ] && trap '' TERM
[ -n "$SAY" ] && echo "$SAY"
[ -n "$SAY_ERR" ] && echo "$SAY_ERR" >&2
[ -n "$EXIT_WITH" ] && { sleep "\${AFTER:-0}"; exit "$EXIT_WITH"; }
[ -n "$HOG" ] && { tail /dev/zero; code=$?; sleep 0.5; exit $code; }
[ -n "$TICK" ] && { n=0; while :; do n=$((n + 1)); echo "tick $n"; sleep 0.05; done; }
exec sleep infinity
`;

export interface TestImages {
	image: string;
	withoutCommand: string;
	remove(): Promise<void>;
}

/** Images made on the engine itself: nothing is built, and no registry is asked. */
export const makeTestImages = async (docker: Dockerode): Promise<TestImages> => {
	const base = process.env.WORKSPACE_IMAGE ?? 'workspace-manager/workspace:latest';
	const tag = randomBytes(4).toString('hex');
	const image = `wsm-test/obedient:${tag}`;
	const withoutCommand = `wsm-test/empty:${tag}`;
	const labels = {'io.workspace-manager.test-run': process.env.TEST_RUN_ID ?? 'local'};

	const container = await docker.createContainer({Image: base, Cmd: ['true'], Labels: labels});
	await container.commit({repo: 'wsm-test/obedient', tag, Cmd: ['/bin/sh', '-c', script], Labels: labels});
	await container.remove({force: true});

	// An archive without a file in it.
	const emptyTar = Buffer.alloc(1024);
	const imported = await docker.importImage(emptyTar as never, {repo: 'wsm-test/empty', tag});
	await new Promise(resolve => imported.on('data', () => {}).on('end', resolve));

	const remove = async () => {
		for (const name of [image, withoutCommand]) await docker.getImage(name).remove({force: true});
	};
	return {image, withoutCommand, remove};
};
