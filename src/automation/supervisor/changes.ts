import type {ContainerRuntime} from '../../containers/container-runtime.ts';
import type {ExecutionResult} from '../execution.schema.ts';

/** What a run changed in the repository of its workspace; nulls: there is no repository, or it is too large to tell in time. */
export type Changes = Pick<ExecutionResult, 'filesChanged' | 'diffStat'>;

const SECONDS = 20;
const MOST_FILES = 500;
const MAX_OUTPUT_BYTES = 262_144;

/**
 * Looks at the repository from the folder `$1`, and leaves it as it is, its index too: new objects and another index are in the folder. `tree` prints
 * the id of the working tree, untracked files included.
 */
const lookFrom = `
look_from() {
	cd /workspace && top=$(git rev-parse --show-toplevel) && cd "$top" || return 1
	objects=$(git rev-parse --path-format=absolute --git-path objects) || return 1
	index=$(git rev-parse --path-format=absolute --git-path index)
	mkdir -p "$1" && cd "$1" && rm -f index && { [ ! -e "$index" ] || cp "$index" index; } && cd "$top" || return 1
	export GIT_INDEX_FILE="$1/index" GIT_OBJECT_DIRECTORY="$1" GIT_ALTERNATE_OBJECT_DIRECTORIES="$objects"
}
tree() { timeout ${SECONDS} git add -A && git write-tree; }
`;

/** Shell that notes down the tree in a folder: what `readChanges` compares with. Never fails. */
export const noteTree = (folder: string): string => `${lookFrom}
[ -e "${folder}/before" ] || (look_from "${folder}" && tree > "${folder}/before.new" && mv "${folder}/before.new" "${folder}/before") > /dev/null 2>&1 || true
`;

const compare = `${lookFrom}
before=$(cat "$1/before" 2> /dev/null) || exit 0
look_from "$1" && after=$(tree) || exit 0
echo "changes:$(git diff --shortstat "$before" "$after")"
git diff --numstat --no-renames -z "$before" "$after" | head -c ${MAX_OUTPUT_BYTES / 2}
`;

/** What is different since the tree was noted down in `folder`, a path in the workspace. Rejects as `exec` does. */
export const readChanges = async (
	runtime: ContainerRuntime,
	workspaceId: string,
	folder: string,
	signal: AbortSignal,
): Promise<Changes> => {
	const {stdout, exitCode} = await runtime.exec(
		workspaceId,
		{
			command: ['sh', '-c', `set -- "${folder}"\n${compare}`],
			timeoutSeconds: 3 * SECONDS,
			maxOutputBytes: MAX_OUTPUT_BYTES,
		},
		signal,
	);
	return exitCode === 0 ? parseChanges(stdout) : {filesChanged: null, diffStat: null};
};

/** Reads what `compare` prints: `git diff --shortstat`, a line, and `--numstat -z`. */
export const parseChanges = (output: string): Changes => {
	const [first, summary] = /^changes:(.*)\n/.exec(output) ?? [];
	if (first === undefined) return {filesChanged: null, diffStat: null};
	const files = output
		.slice(first.length)
		.split('\0')
		.map(line => /^(\d+|-)\t(\d+|-)\t(.+)$/s.exec(line))
		.filter(match => match !== null)
		.slice(0, MOST_FILES)
		.map(([, added, removed, path]) => ({path: path!, added: Number(added) || 0, removed: Number(removed) || 0}));
	return {filesChanged: files, diffStat: summary?.trim() || null};
};
