export {deliverNotification} from './deliver-notification.ts';
export {executeJob} from './execute-job.ts';
export {
	bootstrapWorkspace,
	deleteWorkspace,
	provisionWorkspace,
	rebuildWorkspace,
	restartWorkspace,
	startWorkspace,
	stopWorkspace,
} from './operations.ts';
export {sweep} from './sweep.ts';
export {workspace} from './workspace.ts';
