import {createTransport} from 'nodemailer';

export interface Mail {
	to: string;
	subject: string;
	text: string;
}

/** The port to a mail server. */
export interface Mailer {
	/** Resolves when the server has taken it, and rejects when it does not within half a minute. */
	send(mail: Mail): Promise<void>;
}

const TIMEOUT_MS = 10_000;

/** By SMTP. Null: no server is configured. */
export const createMailer = ({
	smtpUrl,
	mailFrom,
}: {
	smtpUrl: string | undefined;
	mailFrom: string | undefined;
}): Mailer | null => {
	if (!smtpUrl || !mailFrom) return null;
	const transport = createTransport({
		url: smtpUrl,
		connectionTimeout: TIMEOUT_MS,
		greetingTimeout: TIMEOUT_MS,
		socketTimeout: TIMEOUT_MS,
		disableFileAccess: true,
		disableUrlAccess: true,
	});
	return {
		async send(mail) {
			await transport.sendMail({...mail, from: mailFrom});
		},
	};
};
