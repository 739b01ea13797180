const plain = /^[A-Za-z]\w*$/;

/** The paths of tools that are more than a name (`Bash(npm test)`), for agents whose lists know only names. */
export const notPlain = (path: string, tools: readonly string[]): string[] =>
	tools.flatMap((tool, index) => (plain.test(tool) ? [] : [`${path}[${index}]`]));
