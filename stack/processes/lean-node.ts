/**
 * How the API and the worker are run with little memory: a small young generation, which V8 would otherwise let grow to tens of megabytes, one
 * allocator arena for a few threads, and compiled code kept between starts. Together about a quarter less.
 */
export const leanArguments = ['--max-semi-space-size=1'];

/** The part of it that is environment; `cache` is a folder. */
export const leanEnvironment = (cache: string): NodeJS.ProcessEnv => ({
	MALLOC_ARENA_MAX: '2',
	NODE_COMPILE_CACHE: cache,
});
