import type {AddressInfo} from 'node:net';
import {SMTPServer} from 'smtp-server';

export interface ReceivedMail {
	to: string[];
	subject: string;
	/** Decoded. */
	text: string;
}

/** A mail server on loopback that keeps what it gets. It refuses every address that begins with `refused`. */
export const startMailServer = async () => {
	const received: ReceivedMail[] = [];
	const server = new SMTPServer({
		authOptional: true,
		disabledCommands: ['STARTTLS'],
		logger: false,
		onRcptTo: ({address}, _session, done) =>
			done(address.startsWith('refused') ? Object.assign(new Error('nobody here'), {responseCode: 550}) : null),
		onData: (stream, session, done) => {
			const chunks: Buffer[] = [];
			stream.on('data', (chunk: Buffer) => chunks.push(chunk));
			stream.once('end', () => {
				const to = session.envelope.rcptTo.map(({address}) => address);
				received.push({to, ...readMail(Buffer.concat(chunks).toString('latin1'))});
				done();
			});
		},
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const {port} = server.server.address() as AddressInfo;
	return {
		url: `smtp://127.0.0.1:${port}`,
		received,
		close: () => new Promise<void>(resolve => server.close(resolve)),
	};
};

const readMail = (raw: string): Omit<ReceivedMail, 'to'> => {
	const [head = '', ...body] = raw.replaceAll('\r\n', '\n').split('\n\n');
	const headers = head.replaceAll(/\n[ \t]+/g, ' ');
	const header = (name: string): string => new RegExp(`^${name}: (.*)$`, 'im').exec(headers)?.[1] ?? '';
	return {
		subject: header('Subject').replaceAll(encodedWords, (_all, kind: string, text: string) =>
			decode(kind.toUpperCase() === 'B' ? 'base64' : 'quoted-printable', text.replaceAll('_', ' ')),
		),
		text: decode(header('Content-Transfer-Encoding'), body.join('\n\n')),
	};
};

const encodedWords = /=\?utf-8\?([BQ])\?([^?]*)\?=(?: (?==\?))?/gi;

const decode = (encoding: string, text: string): string => {
	if (encoding === 'base64') return Buffer.from(text, 'base64').toString('utf8');
	if (encoding !== 'quoted-printable') return text;
	const bytes = text
		.replaceAll('=\n', '')
		.replaceAll(/=([\dA-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
	return Buffer.from(bytes, 'latin1').toString('utf8');
};
