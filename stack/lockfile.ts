/** The parts of package-lock.json that matter here. */
export interface Lockfile {
	packages: Record<string, LockedPackage>;
}

interface LockedPackage {
	version?: string;
	os?: string[];
	cpu?: string[];
	libc?: string[];
	dev?: boolean;
	optional?: boolean;
	optionalDependencies?: Record<string, string>;
}

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const processors = ['arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64'];
const libraries = {gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl'};

/**
 * What a lockfile lacks when it was written with a registry that does not carry a tool's binaries for every platform. `npm ci`
 * refuses such a file on every platform, also on those that need none of what is missing. The entries bear no checksum:
 * it is unknown here, and npm skips packages for other platforms before it looks for them.
 */
export function missingEntries({packages}: Lockfile): Lockfile['packages'] {
	const missing: Lockfile['packages'] = {};
	for (const [path, {optionalDependencies = {}, dev}] of Object.entries(packages)) {
		for (const [name, version] of Object.entries(optionalDependencies)) {
			if (isLocked(packages, path, name)) continue;
			missing[`node_modules/${name}`] = {version, ...platformOf(name), ...(dev ? {dev} : {}), optional: true};
		}
	}
	return missing;
}

/** Whether a package finds another one in its own node_modules or in one of those around it. */
function isLocked(packages: Lockfile['packages'], from: string, name: string): boolean {
	const folders = from
		.split('/node_modules/')
		.map((_, index, parts) => parts.slice(0, index + 1).join('/node_modules/'));
	return ['', ...folders.map(folder => `${folder}/`)].some(
		folder => packages[`${folder}node_modules/${name}`] !== undefined,
	);
}

function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> {
	const words = name.split(/[/-]/);
	const os = systems.find(system => words.includes(system));
	const cpu = processors.find(processor => words.includes(processor));
	if (!os || !cpu) throw new Error(`The platform of ${name} is not to be seen in its name.`);
	const [, libc] = Object.entries(libraries).find(([suffix]) => os === 'linux' && words.includes(suffix)) ?? [];
	return {os: [os], cpu: [cpu], ...(libc ? {libc: [libc]} : {})};
}
