/** Does nothing: what is left is what any scheduled workflow costs. */
export async function floor(): Promise<void> {}
