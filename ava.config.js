export default {
	files: ['test/**/*.test.ts'],
	extensions: ['ts'],
	workerThreads: false,
	timeout: '120s',
};
