import type Dockerode from 'dockerode';
import {now} from '../api/follow-events.ts';

/** Runs a command in a container with the fewest calls that do it, and takes what it writes as it comes in. Resolves when it has ended. */
export async function execRaw(
	container: Dockerode.Container,
	command: string[],
	take: (text: string, seenAt: number) => void,
): Promise<void> {
	const exec = await container.exec({Cmd: command, AttachStdout: true});
	const stream = await exec.start({});
	// Behind a header of eight bytes; so short a text comes in one piece.
	stream.on('data', (frame: Buffer) => take(frame.subarray(8).toString(), now()));
	await new Promise<void>((resolve, reject) => stream.once('end', resolve).once('error', reject));
}
