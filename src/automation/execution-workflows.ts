/** The port through which services reach the durable part of automation. The rows are the truth. */
export interface ExecutionWorkflows {
	/** Begins the workflow that carries an execution, or joins the one that does. Resolves or rejects within two seconds. */
	startExecution(execution: {id: string; workflowId: string; workspaceId: string}): Promise<void>;
	/** Makes workflows of executions look at the database. Those that have ended need not. */
	look(workflowId: string): Promise<void>;
	/** Begins to deliver a notification, or joins what does. */
	startNotification(notificationId: string): Promise<void>;
	/** Is anybody carrying it? Rejects when Temporal does not answer. */
	isCarried(workflowId: string): Promise<boolean>;
}
