// Send messages with nodemailer.  Standard input is one JSON object: the
// options of the transport, and the messages.  One line of JSON a message
// tells what became of it, in the order of the messages.

'use strict';

const fs = require('fs');
const nodemailer = require('nodemailer');

async function send(transport, message) {
	try {
		const info = await transport.sendMail(message);
		return { accepted: info.accepted, response: info.response };
	} catch (e) {
		return { code: e.code, responseCode: e.responseCode,
			response: e.response || e.message };
	}
}

async function main() {
	const given = JSON.parse(fs.readFileSync(0));
	const transport = nodemailer.createTransport(given.transport);
	const done = await Promise.all(
		given.messages.map((m) => send(transport, m)));

	transport.close();
	for (const d of done)
		console.log(JSON.stringify(d));
}

main();
