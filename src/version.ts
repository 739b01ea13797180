import pkg from '../package.json' with {type: 'json'};

/** What this service calls itself in logs, health answers and the API document. */
export const service = {name: pkg.name, version: pkg.version} as const;
