// node stack/complete-lockfile.ts
// Adds to package-lock.json what `npm ci` asks for and `npm install` left out. Run it after `npm install PACKAGE`.
import {readFileSync, writeFileSync} from 'node:fs';
import {missingEntries, type Lockfile} from './lockfile.ts';
import {root} from './paths.ts';

const file = `${root}package-lock.json`;
const lockfile = JSON.parse(readFileSync(file, 'utf8')) as Lockfile;
const missing = missingEntries(lockfile);
const byPath = ([a]: [string, unknown], [b]: [string, unknown]) => a.localeCompare(b, 'en');
lockfile.packages = Object.fromEntries(Object.entries({...lockfile.packages, ...missing}).toSorted(byPath));
writeFileSync(file, `${JSON.stringify(lockfile, null, '\t')}\n`);
console.log(`${Object.keys(missing).length} entries added to package-lock.json.`);
