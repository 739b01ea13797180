import type Docker from 'dockerode';
import {Problem} from '../problem.ts';

/** One message of the engine about a pull, an import or a build. */
export interface Progress {
	stream?: string;
	status?: string;
	error?: string;
}

/** Reads the engine's messages to their end; an error among them is thrown. */
export async function follow(
	docker: Docker,
	stream: NodeJS.ReadableStream,
	onProgress: (progress: Progress) => void = () => {},
	signal?: AbortSignal,
): Promise<void> {
	// After an abort the stream would go on flowing.
	const destroy = () =>
		(stream as NodeJS.ReadableStream & {destroy(error: Error): void}).destroy(new Problem('aborted'));
	signal?.addEventListener('abort', destroy);
	try {
		await new Promise<void>((resolve, reject) => {
			stream.once('error', reject);
			docker.modem.followProgress(
				stream,
				(error: Error | null) => (error ? reject(error) : resolve()),
				(progress: Progress) => (progress.error ? reject(new Problem(progress.error)) : onProgress(progress)),
			);
		});
	} finally {
		signal?.removeEventListener('abort', destroy);
	}
}
