import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {buildWorkflowBundle} from './workflow-bundle.ts';

const [file = 'dist/workflow-bundle.js'] = process.argv.slice(2);
await mkdir(path.dirname(file), {recursive: true});
await writeFile(file, await buildWorkflowBundle());
