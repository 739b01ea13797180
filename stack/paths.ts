import {fileURLToPath} from 'node:url';

/** The folder of the repository, with a slash at its end. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Programs that were fetched; kept between runs and shared by `npm start` and `npm test`. */
export const toolsFolder = `${root}.data/tools`;
