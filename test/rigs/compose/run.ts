// npm run test:compose [-- --keep]
// Runs docker-compose.yml for real, under a project name, ports and addresses of its own. --keep leaves it there to look at.
import {onInterrupt} from '../../../stack/processes/on-interrupt.ts';
import {Problem} from '../../../stack/problem.ts';
import {createComposition, type Composition} from './composition.ts';
import {removeEverything} from './leftovers.ts';
import {prepare} from './prepare.ts';
import {steps} from './steps.ts';

const keep = process.argv.includes('--keep');
const counts = {passed: 0, failed: 0, skipped: 0};
let composition: Composition | null = null;
let interrupted = false;

onInterrupt(() => {
	interrupted = true;
	console.log('Interrupted: removing everything.');
	void cleanUp().finally(() => process.exit(130));
});

await timed('compose and the images are at hand', 3600, async () => {
	const environment = await prepare();
	composition = await createComposition(environment);
	composition.configure();
});
for (const {title, seconds, run} of steps) {
	if (counts.failed > 0 || composition === null) {
		console.log(`  –          ${title}`);
		counts.skipped++;
	} else await timed(title, seconds, () => run(composition!));
}
if (counts.failed > 0 && composition !== null) console.log(await (composition as Composition).lastWords());
if (keep && composition !== null) console.log(`Left there: ${(composition as Composition).folder}`);
else await timed('nothing stays behind', 300, cleanUp);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed > 0 ? 1 : 0);

/** Runs one step, counts it, and prints what it took. What has not ended in time has failed. */
async function timed(title: string, seconds: number, work: () => Promise<unknown>): Promise<void> {
	const started = Date.now();
	const {promise: late, reject} = Promise.withResolvers<never>();
	const timer = setTimeout(() => reject(new Problem(`It did not end within ${seconds} s.`)), seconds * 1000);
	const say = (sign: string) =>
		console.log(`  ${sign} ${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${title}`);
	try {
		await Promise.race([work(), late]);
		counts.passed++;
		say('✔');
	} catch (error) {
		// What is interrupted fails in many ways, none of which is news.
		if (interrupted) await new Promise(() => {});
		counts.failed++;
		say('✘');
		console.log(error instanceof Problem ? `      ${error.message.replaceAll('\n', '\n      ')}` : error);
	} finally {
		clearTimeout(timer);
	}
}

async function cleanUp(): Promise<void> {
	if (composition !== null) await removeEverything(composition);
}
